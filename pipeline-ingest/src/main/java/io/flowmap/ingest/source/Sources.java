package io.flowmap.ingest.source;

import io.flowmap.job.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds the sources that paths and patterns name, on any Hadoop file system. */
public final class Sources {
    private static final int TAR_MAGIC_AT = 257;

    private final Configuration hadoop;
    private final SourceKind kind;

    /** @param kind of every source, {@link SourceKind#AUTO} to look */
    public Sources(Configuration hadoop, SourceKind kind) {
        this.hadoop = hadoop;
        this.kind = kind;
    }

    /**
     * The sources of a path or pattern in the order of their paths. Throws {@link UserError} if there are none or their
     * kind is not known.
     */
    public List<Source> find(String pattern) {
        try {
            var path = new Path(pattern);
            var fileSystem = path.getFileSystem(hadoop);
            var found = fileSystem.globStatus(path);
            if (found == null || found.length == 0) {
                throw new UserError("cannot ingest " + pattern + ": expected files or folders, got none");
            }
            Arrays.sort(found, Comparator.comparing(FileStatus::getPath));
            var sources = new ArrayList<Source>();
            for (var file : found) {
                sources.addAll(file.isDirectory() ? folder(fileSystem, file) : List.of(file(fileSystem, file)));
            }
            return sources;
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("cannot ingest " + pattern + ": " + e.getMessage(), e);
        }
    }

    /** The class names that a JSON list holds. Throws {@link UserError} if it does not. */
    public ClassNames names(String path) {
        try {
            var file = new Path(path);
            return ClassNames.read(file.getFileSystem(hadoop), file);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("cannot read class names " + path + ": " + e.getMessage(), e);
        }
    }

    static String fingerprint(FileStatus file) {
        return file.getPath().getName() + " " + file.getLen() + " " + file.getModificationTime();
    }

    private List<Source> folder(FileSystem fileSystem, FileStatus folder) throws IOException {
        var shards = new ArrayList<Source>();
        if (kind == SourceKind.AUTO || kind == SourceKind.WEBDATASET) {
            var inside = fileSystem.listStatus(folder.getPath());
            Arrays.sort(inside, Comparator.comparing(FileStatus::getPath));
            for (var file : inside) {
                if (file.isFile() && isTar(file.getPath().getName())) {
                    shards.add(new ShardSource(fileSystem, file));
                }
            }
        }
        if (kind == SourceKind.WEBDATASET && shards.isEmpty()) {
            throw new UserError("cannot ingest " + folder.getPath() + ": expected tar shards, got none");
        }
        return shards.isEmpty() ? List.of(MemberSource.list(hadoop, fileSystem, folder, kind)) : shards;
    }

    private Source file(FileSystem fileSystem, FileStatus file) throws IOException {
        boolean tar = kind == SourceKind.WEBDATASET || kind == SourceKind.AUTO && looksLikeTar(fileSystem, file);
        return tar ? new ShardSource(fileSystem, file) : MemberSource.list(hadoop, fileSystem, file, kind);
    }

    private static boolean looksLikeTar(FileSystem fileSystem, FileStatus file) throws IOException {
        var name = file.getPath().getName().toLowerCase(Locale.ROOT);
        if (isTar(name) || name.endsWith(".zip")) {
            return isTar(name);
        }
        byte[] head;
        try (var in = fileSystem.open(file.getPath())) {
            head = in.readNBytes(TAR_MAGIC_AT + 5);
        }
        if (head.length > 2 && head[0] == 'P' && head[1] == 'K') {
            return false;
        }
        if (head.length == TAR_MAGIC_AT + 5
                && new String(head, TAR_MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar")) {
            return true;
        }
        throw new UserError(
                "cannot ingest " + file.getPath() + ": expected a zip, a tar or a folder, got another file");
    }

    private static boolean isTar(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".tar") || isCompressedTar(lower);
    }

    static boolean isCompressedTar(String name) {
        return name.endsWith(".tar.gz") || name.endsWith(".tgz");
    }
}
