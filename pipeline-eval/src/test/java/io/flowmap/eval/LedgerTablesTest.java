package io.flowmap.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LedgerTablesTest {
    /** 60 classes with one to sixty kept records and as many filtered ones; captions of 1 to 60 characters, widths of 41 to 100 pixels. */
    @Test
    void everyClassIsCountedAndKeptCaptionsAreMeasured() {
        try (var spark = LocalSpark.start(1)) {
            var ledger = spark.range(60)
                    .selectExpr("explode(sequence(0, cast(id as int))) as copy", "cast(id as int) as label")
                    .selectExpr(
                            "'train' as split",
                            "explode(array('kept', 'filtered')) as status",
                            "label",
                            "label + 1 as caption_length",
                            "100 - label as width",
                            "64 as height",
                            "cast(null as string) as reason");
            var tables = new LedgerTables(ledger);
            var names = IntStream.range(0, 59).mapToObj(label -> "c" + label).toList();
            var classes = tables.classes(names);
            assertThat(classes).hasSize(61);
            assertThat(classes.get(1)).containsExactly("train", "59", "60");
            assertThat(classes.get(2)).containsExactly("train", "c58", "59");
            assertThat(classes.get(60)).containsExactly("train", "c0", "1");
            assertThat(tables.verdicts())
                    .contains(List.of("train", "kept", "", "1830"), List.of("train", "filtered", "", "1830"));
            assertThat(tables.captions().get(1))
                    .containsExactly("caption length", "train", "1830", "1", "30", "43", "52", "60");
            assertThat(tables.sizes().subList(1, 3))
                    .containsExactly(
                            List.of("width", "train", "1830", "41", "49", "58", "71", "100"),
                            List.of("height", "train", "1830", "64", "64", "64", "64", "64"));
        }
    }
}
