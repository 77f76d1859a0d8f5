package io.flowmap.ingest.source;

import java.util.Collection;
import java.util.Optional;

/**
 * Which part of a file's path names its class: the first folder in which the images' paths differ, so that folders
 * around all of them do not matter; if they all lie in one folder, that folder.
 *
 * @param depth number of the path's part, -1 if the images lie in no folder
 */
record ClassFolders(int depth) {
    /** Looks at the paths of all images of a source. */
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

    /** The class of an image, empty if it lies outside the class folders. */
    Optional<String> of(String image) {
        var parts = image.split("/");
        return depth >= 0 && depth < parts.length - 1 ? Optional.of(parts[depth]) : Optional.empty();
    }

    private static boolean isDeeper(Collection<String> images, int common) {
        return images.stream().anyMatch(image -> image.split("/").length - 1 > common);
    }
}
