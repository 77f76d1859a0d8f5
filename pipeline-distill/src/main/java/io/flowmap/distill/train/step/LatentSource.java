package io.flowmap.distill.train.step;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.file.Store;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.Manifest;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A split of an ingest output, opened separately on every executor.
 *
 * @param hash of the output's manifest
 */
record LatentSource(
        String dataDir, String split, String hash, LatentShape shape, ConditionShape condition, int[] counts)
        implements BlockSource {
    static LatentSource of(Configuration hadoop, Path dataDir, String split) {
        var data = LatentData.open(hadoop, dataDir, split);
        var counts = data.blocks().stream().mapToInt(BlockFile::count).toArray();
        var hash = Manifest.hash(Store.of(hadoop, dataDir), dataDir);
        return new LatentSource(dataDir.toString(), split, hash, data.shape(), data.condition(), counts);
    }

    @Override
    public Reader open(Configuration hadoop) {
        return LatentData.open(hadoop, new Path(dataDir), split)::read;
    }
}
