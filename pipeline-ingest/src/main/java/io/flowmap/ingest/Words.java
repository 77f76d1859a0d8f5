package io.flowmap.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;

import io.flowmap.config.UserError;
import io.flowmap.ingest.judge.StagedRecord;
import io.flowmap.text.Vocabulary;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** Finds the words of captions. */
final class Words {
    private static final String WORD = "value";
    private static final String COUNT = "count";

    private Words() {}

    /** The words of the kept training records, the most frequent first. Throws {@link UserError} if there are none. */
    static Vocabulary of(Dataset<Row> train, CaptionConfig.Words settings) {
        var words = train.select(StagedRecord.CAPTION)
                .filter(col(StagedRecord.CAPTION).isNotNull())
                .flatMap(
                        (FlatMapFunction<Row, String>)
                                row -> Vocabulary.split(row.getString(0)).iterator(),
                        Encoders.STRING())
                .groupBy(WORD)
                .count()
                .filter(col(COUNT).geq(settings.leastCount()))
                .orderBy(desc(COUNT), col(WORD))
                .limit(settings.most())
                .select(WORD)
                .as(Encoders.STRING())
                .collectAsList();
        if (words.isEmpty()) {
            throw new UserError("cannot use captions.encoder.words: expected captions with words that "
                    + settings.leastCount() + " or more of the training captions have, got none");
        }
        return new Vocabulary(words, settings.length());
    }
}
