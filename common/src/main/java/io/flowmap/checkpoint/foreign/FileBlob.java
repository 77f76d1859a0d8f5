package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.file.Store;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file on any Hadoop file system. Each stream opens the file again. */
record FileBlob(FileSystem fileSystem, Path file, long length) implements Blob {
    static FileBlob of(FileSystem fileSystem, Path file) throws IOException {
        var status = fileSystem.getFileStatus(file);
        if (status.isDirectory()) {
            throw new IllegalArgumentException("expected a file, got a directory");
        }
        return new FileBlob(fileSystem, file, status.getLen());
    }

    @Override
    public InputStream open(long from) throws IOException {
        var in = Store.open(fileSystem, file);
        try {
            in.seek(from);
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
