package io.flowmap.distill.train.step;

import io.flowmap.data.BlockFile;
import io.flowmap.data.LatentData;
import io.flowmap.data.TrainingSplits;
import io.flowmap.file.Store;
import io.flowmap.nn.ConditionShape;
import io.flowmap.stage.Manifest;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Splits of an ingest output, opened separately on every executor.
 *
 * @param hash of the output's manifest
 * @param textBytes bytes that a JVM keeps of the texts that are stored apart
 */
record LatentSource(String dataDir, String hash, List<Bucket> buckets, ConditionShape condition, long textBytes)
        implements BlockSource {
    static LatentSource of(TrainingSplits splits) {
        var first = splits.first();
        var dir = first.directory();
        var hash = Manifest.hash(Store.of(first.hadoop(), dir), dir);
        var buckets = splits.all().stream().map(LatentSource::bucket).toList();
        return new LatentSource(dir.toString(), hash, buckets, first.condition(), first.textBytes());
    }

    private static Bucket bucket(LatentData data) {
        var counts = data.blocks().stream().mapToInt(BlockFile::count).toArray();
        return new Bucket(data.split(), data.shape(), counts);
    }

    @Override
    public Reader open(Configuration hadoop) {
        var splits = buckets.stream()
                .map(bucket -> LatentData.open(hadoop, new Path(dataDir), bucket.name()))
                .toList();
        return (bucket, block) -> splits.get(bucket).read(block);
    }
}
