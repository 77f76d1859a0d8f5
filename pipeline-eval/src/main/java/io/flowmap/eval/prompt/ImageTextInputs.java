package io.flowmap.eval.prompt;

import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Inputs of an {@link ImageTextModel}'s file.
 *
 * @param file its name, for messages
 * @param image name of the input for images
 * @param tokens name of the input for tokens
 * @param mask name of the input for their mask, null if there is none
 * @param height height of the images, below 1 if any
 * @param length number of tokens, below 1 if any
 */
record ImageTextInputs(String file, String image, String tokens, String mask, long height, long length) {
    private static final int COLOURS = 3;

    /** The inputs of a network. Throws {@link UserError} if it has others. */
    static ImageTextInputs of(OnnxSession session, String file) {
        var integers = session.inputs().stream().filter(session::isInteger).toList();
        var masks = integers.stream().filter(name -> name.contains("mask")).toList();
        var tokens = integers.stream().filter(name -> !name.contains("mask")).toList();
        var images = session.inputs().stream()
                .filter(name -> !session.isInteger(name) && isImage(session.inputShape(name)))
                .toList();
        boolean fits = images.size() == 1
                && tokens.size() == 1
                && masks.size() <= 1
                && images.size() + integers.size() == session.inputs().size()
                && integers.stream().allMatch(name -> session.inputShape(name).length == 2);
        if (!fits) {
            throw new UserError(
                    "cannot evaluate with " + file + ": expected " + ImageTextModel.NETWORK + ", got inputs "
                            + session.inputs().stream()
                                    .map(name -> name + Arrays.toString(session.inputShape(name)))
                                    .collect(Collectors.joining(", ")));
        }
        return new ImageTextInputs(
                file,
                images.get(0),
                tokens.get(0),
                masks.isEmpty() ? null : masks.get(0),
                session.inputShape(images.get(0))[2],
                session.inputShape(tokens.get(0))[1]);
    }

    private static boolean isImage(long[] shape) {
        return shape.length == 4 && (shape[1] < 1 || shape[1] == COLOURS) && shape[2] == shape[3];
    }

    /** Width and height of the images, given the setting, 0 for the file's. */
    int side(int setting) {
        if (height < 1 && setting == 0) {
            throw new UserError("cannot evaluate with " + file
                    + ": expected evaluate.image-text.side above 0, since the file takes images of any size, got 0");
        }
        if (height > 0 && setting > 0 && height != setting) {
            throw new UserError("cannot evaluate with " + file + ": expected evaluate.image-text.side = 0 or " + height
                    + ", the size that the file fixes, got " + setting);
        }
        return height > 0 ? Math.toIntExact(height) : setting;
    }

    boolean fixesTokens() {
        return length > 0;
    }

    int tokens(int setting) {
        return fixesTokens() ? Math.toIntExact(length) : setting;
    }
}
