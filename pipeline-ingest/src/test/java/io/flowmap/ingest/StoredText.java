package io.flowmap.ingest;

import io.flowmap.config.Json;
import io.flowmap.data.LatentSchema;
import io.flowmap.data.text.TextFacts;
import io.flowmap.data.text.TextStore;
import io.flowmap.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/** The row of a record's text in the store. */
record StoredText(IngestRun run, Row record) {
    byte[] values(String column) {
        return facts().column(row(), column);
    }

    byte[] row() {
        var dir = new Path(run.dir().resolve("data").toUri());
        var key = HexFormat.of().formatHex(record.<byte[]>getAs("text_key"));
        return new TextStore(new Configuration(), dir, facts()).row(key, null);
    }

    private TextFacts facts() {
        return Json.mapper().convertValue(run.manifest().facts().path("texts"), TextFacts.class);
    }

    float[] condition(String name) {
        return DType.FLOAT32.decode(values(LatentSchema.condition(name)));
    }

    long[] tokens(String condition) {
        var buffer = ByteBuffer.wrap(values(LatentSchema.tokens(condition))).order(ByteOrder.LITTLE_ENDIAN);
        var tokens = new long[buffer.remaining() / Integer.BYTES];
        Arrays.setAll(tokens, i -> buffer.getInt());
        return tokens;
    }
}
