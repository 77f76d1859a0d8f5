package io.flowmap.eval.report;

import io.flowmap.config.UserError;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.page.Html;
import io.flowmap.page.PngImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Pictures that a training drew at its checkpoints from the same noise (training.monitor). */
final class ProgressPictures {
    private static final String FOLDER = "pictures";
    private static final Pattern NAME = Pattern.compile("step-0*(\\d+)\\.png");
    private static final int MOST = 6;

    private ProgressPictures() {}

    /** At most six of them, evenly spaced, with the last; empty if there are none. Throws {@link UserError} if one is damaged. */
    static String html(FileSystem fileSystem, Path training, String heading) {
        var files = files(fileSystem, new Path(training, FOLDER));
        if (files.isEmpty()) {
            return "";
        }
        int shown = Math.min(MOST, files.size());
        var html = new StringBuilder("<div class=\"grids\">");
        for (int i = 1; i <= shown; i++) {
            var file = files.get(i * files.size() / shown - 1);
            var step = NAME.matcher(file.getName()).replaceFirst("$1");
            html.append("<figure><figcaption>step ")
                    .append(step)
                    .append("</figcaption>")
                    .append(Html.image(picture(fileSystem, file), heading + ": samples at step " + step))
                    .append("</figure>");
        }
        return html.append("</div>").toString();
    }

    private static List<Path> files(FileSystem fileSystem, Path folder) {
        try {
            var files = new ArrayList<Path>();
            if (fileSystem.exists(folder)) {
                Arrays.stream(fileSystem.listStatus(folder))
                        .map(status -> status.getPath())
                        .filter(file -> NAME.matcher(file.getName()).matches())
                        .sorted()
                        .forEach(files::add);
            }
            return files;
        } catch (IOException e) {
            throw Store.failure("cannot list " + folder, e);
        }
    }

    private static PngImage picture(FileSystem fileSystem, Path file) {
        try {
            return PngImage.read(AtomicFile.read(fileSystem, file));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot show " + file + ": " + e.getMessage(), e);
        }
    }
}
