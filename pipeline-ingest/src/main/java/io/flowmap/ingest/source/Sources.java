package io.flowmap.ingest.source;

import io.flowmap.config.UserError;
import io.flowmap.file.FileKind;
import io.flowmap.file.Listing;
import io.flowmap.file.Store;
import io.flowmap.ingest.archive.Packing;
import io.flowmap.ingest.archive.TarMembers;
import io.flowmap.ingest.label.ClassNames;
import io.flowmap.stage.StageInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds the sources for paths and patterns, on any Hadoop file system. */
public final class Sources {
    private static final Pattern TAR_NAME = Pattern.compile(
            ".*\\.(tar(\\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final int TAR_MAGIC_AT = 257;

    private final Configuration hadoop;
    private final SourceKind kind;
    private final Payload payload;
    private final Map<Path, Optional<ClassNames>> besides = new HashMap<>();

    /**
     * @param kind kind of every source, {@link SourceKind#AUTO} to detect it
     * @param payload kind of the records
     */
    public Sources(Configuration hadoop, SourceKind kind, Payload payload) {
        this.hadoop = hadoop;
        this.kind = kind;
        this.payload = payload;
    }

    /**
     * The sources for a path or pattern, sorted by path. A pattern may have WebDataset's ranges ({@code {000..099}}); all shards of a range
     * must exist. Throws {@link UserError} if nothing is found or the kind of a source is unknown.
     */
    public List<Source> find(String pattern) {
        try {
            var range = ShardRange.of(pattern);
            var path = new Path(range.pattern());
            var fileSystem = Store.of(hadoop, path);
            var found = fileSystem.globStatus(path);
            if (found == null || found.length == 0) {
                throw new UserError("cannot ingest " + pattern + ": expected files or folders, got none at "
                        + StageInput.withoutCredentials(fileSystem.makeQualified(path)));
            }
            if (found.length < range.count()) {
                throw new UserError("cannot ingest " + pattern + ": expected all " + range.count()
                        + " shards of the range, got " + found.length);
            }
            Arrays.sort(found, Comparator.comparing(FileStatus::getPath));
            var sources = new ArrayList<Source>();
            for (var file : found) {
                if (found.length > 1 && isMacs(file)) {
                    continue;
                }
                sources.addAll(file.isDirectory() ? folder(fileSystem, file) : List.of(file(fileSystem, file)));
            }
            return sources;
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot ingest " + pattern + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot ingest " + pattern, e);
        }
    }

    /** Reads class names from a JSON list. Throws {@link UserError} for any other content. */
    public ClassNames names(String path) {
        try {
            var file = new Path(path);
            return ClassNames.read(Store.of(hadoop, file), file);
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read class names " + path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read class names " + path, e);
        }
    }

    static String fingerprint(FileStatus file) {
        return file.getPath().getName() + " " + file.getLen() + " " + file.getModificationTime();
    }

    private List<Source> folder(FileSystem fileSystem, FileStatus folder) throws IOException {
        var shards = kind == SourceKind.AUTO || kind == SourceKind.WEBDATASET
                ? shards(fileSystem, folder)
                : List.<FileStatus>of();
        if (kind == SourceKind.WEBDATASET && shards.isEmpty()) {
            throw new UserError("cannot ingest " + folder.getPath() + ": expected tar shards, got none");
        }
        if (shards.isEmpty()) {
            return List.of(MemberSource.list(hadoop, fileSystem, folder, kind, payload));
        }
        var sources = new ArrayList<Source>();
        for (var shard : shards) {
            sources.add(shard(fileSystem, shard));
        }
        return sources;
    }

    /** The tars in a folder, also in its sub-folders if it is known to hold shards. Listed page by page. */
    private List<FileStatus> shards(FileSystem fileSystem, FileStatus folder) throws IOException {
        var shards = new ArrayList<FileStatus>();
        Listing.of(fileSystem, folder.getPath(), kind == SourceKind.WEBDATASET, file -> {
            if (isTar(file.getPath().getName()) && !isMacs(file)) {
                shards.add(file);
            }
        });
        shards.sort(Comparator.comparing(FileStatus::getPath));
        return shards;
    }

    private Source file(FileSystem fileSystem, FileStatus file) throws IOException {
        boolean tar = kind == SourceKind.WEBDATASET || kind == SourceKind.AUTO && looksLikeTar(fileSystem, file);
        return tar ? shard(fileSystem, file) : MemberSource.list(hadoop, fileSystem, file, kind, payload);
    }

    private ShardSource shard(FileSystem fileSystem, FileStatus file) throws IOException {
        var folder = file.getPath().getParent();
        var names = besides.get(folder);
        if (names == null) {
            names = ClassNames.beside(fileSystem, folder);
            besides.put(folder, names);
        }
        return new ShardSource(new FileStatus(file), names);
    }

    private static boolean looksLikeTar(FileSystem fileSystem, FileStatus file) throws IOException {
        var name = file.getPath().getName().toLowerCase(Locale.ROOT);
        if (isTar(name) || name.endsWith(".zip")) {
            return isTar(name);
        }
        byte[] head;
        try (var in = Store.open(fileSystem, file.getPath())) {
            head = in.readNBytes(TAR_MAGIC_AT + 5);
        }
        if (head.length > 2 && head[0] == 'P' && head[1] == 'K') {
            return false;
        }
        if (Packing.of(head).isPresent()
                || head.length == TAR_MAGIC_AT + 5
                        && new String(head, TAR_MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar")) {
            return true;
        }
        var kind = FileKind.of(head);
        throw new UserError("cannot ingest " + file.getPath() + ": expected a zip, a tar or a folder, got "
                + (kind.equals(FileKind.OTHER) ? "a file that begins with " + TarMembers.quoted(head) : kind));
    }

    /** Whether this is the metadata file that macOS writes next to a file of the same name on foreign file systems. */
    private static boolean isMacs(FileStatus file) {
        return file.getPath().getName().startsWith("._");
    }

    private static boolean isTar(String name) {
        return TAR_NAME.matcher(name).matches();
    }
}
