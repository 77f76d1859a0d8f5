package io.flowmap.ingest.source;

import java.util.Collection;
import java.util.Optional;

/**
 * The part of a file's path that names its class: the first folder in which the paths of the images differ, so that common parent folders
 * do not matter. If all images lie in one folder, that folder.
 *
 * @param depth position of this part in the path, -1 if the images lie in no folder
 */
record ClassFolders(int depth) {
    /** Determines the class folder from the paths of all images of a source. */
    static ClassFolders among(Collection<String> images) {
        String[] shared = null;
        int common = 0;
        for (var image : images) {
            var parts = image.split("/");
            if (shared == null) {
                shared = parts;
                common = parts.length - 1;
            }
            int same = 0;
            while (same < Math.min(common, parts.length - 1) && parts[same].equals(shared[same])) {
                same++;
            }
            common = same;
        }
        return new ClassFolders(isDeeper(images, common) ? common : common - 1);
    }

    /** Class of an image, empty if it lies outside the class folders. */
    Optional<String> of(String image) {
        var parts = image.split("/");
        return depth >= 0 && depth < parts.length - 1 ? Optional.of(parts[depth]) : Optional.empty();
    }

    private static boolean isDeeper(Collection<String> images, int common) {
        return images.stream().anyMatch(image -> image.split("/").length - 1 > common);
    }
}
