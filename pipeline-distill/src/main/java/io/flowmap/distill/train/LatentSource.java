package io.flowmap.distill.train;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A split of an ingest output, opened again on every executor. */
record LatentSource(String dataDir, String split, LatentShape shape, int[] counts) implements BlockSource {
    static LatentSource of(Configuration hadoop, Path dataDir, String split) {
        var data = LatentData.open(hadoop, dataDir, split);
        var counts = data.blocks().stream().mapToInt(BlockFile::count).toArray();
        return new LatentSource(dataDir.toString(), split, data.shape(), counts);
    }

    @Override
    public String key() {
        return dataDir + " " + split;
    }

    @Override
    public Reader open(Configuration hadoop) {
        return LatentData.open(hadoop, new Path(dataDir), split)::read;
    }
}
