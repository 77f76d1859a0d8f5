package io.flowmap.eval.prompt;

import io.flowmap.codec.OnnxSession;
import io.flowmap.config.UserError;
import io.flowmap.eval.feature.OnnxConfig;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Inputs of an {@link ImageTextModel}'s file.
 *
 * @param image name of the input for images
 * @param tokens name of the input for tokens
 * @param mask name of the input for their mask, null if there is none
 * @param side width and height of the images, below 1 if any
 * @param length number of tokens, below 1 if any
 */
record ImageTextInputs(String image, String tokens, String mask, long side, long length) {
    /** The inputs of a network. Throws {@link UserError} if it has others. */
    static ImageTextInputs of(OnnxSession session, String file) {
        var integers = session.inputs().stream().filter(session::isInteger).toList();
        var masks = integers.stream().filter(name -> name.contains("mask")).toList();
        var tokens = integers.stream().filter(name -> !name.contains("mask")).toList();
        var images = session.inputs().stream()
                .filter(name -> !session.isInteger(name) && OnnxConfig.takesImages(session.inputShape(name)))
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
                images.get(0),
                tokens.get(0),
                masks.isEmpty() ? null : masks.get(0),
                session.inputShape(images.get(0))[2],
                session.inputShape(tokens.get(0))[1]);
    }

    boolean fixesTokens() {
        return length > 0;
    }

    int tokens(int setting) {
        return fixesTokens() ? Math.toIntExact(length) : setting;
    }
}
