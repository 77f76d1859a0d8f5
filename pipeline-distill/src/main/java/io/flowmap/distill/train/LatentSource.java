package io.flowmap.distill.train;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.job.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A split of an ingest output, opened again on every executor.
 *
 * @param hash of the output's manifest
 */
record LatentSource(String dataDir, String split, String hash, LatentShape shape, int[] counts) implements BlockSource {
    static LatentSource of(Configuration hadoop, Path dataDir, String split) {
        var data = LatentData.open(hadoop, dataDir, split);
        var counts = data.blocks().stream().mapToInt(BlockFile::count).toArray();
        return new LatentSource(dataDir.toString(), split, hash(hadoop, dataDir), data.shape(), counts);
    }

    private static String hash(Configuration hadoop, Path dataDir) {
        try {
            return Manifest.hash(dataDir.getFileSystem(hadoop), dataDir);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + dataDir, e);
        }
    }

    @Override
    public Reader open(Configuration hadoop) {
        return LatentData.open(hadoop, new Path(dataDir), split)::read;
    }
}
