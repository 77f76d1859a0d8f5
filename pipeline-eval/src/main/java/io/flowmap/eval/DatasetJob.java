package io.flowmap.eval;

import io.flowmap.data.ChannelMoments;
import io.flowmap.data.LatentData;
import io.flowmap.data.LatentShape;
import io.flowmap.data.LiteralPath;
import io.flowmap.eval.set.EncodedImages;
import io.flowmap.file.AtomicFile;
import io.flowmap.file.Store;
import io.flowmap.page.Html;
import io.flowmap.page.Page;
import io.flowmap.page.PngImage;
import io.flowmap.stage.Job;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.Manifest;
import io.flowmap.stage.Stage;
import io.flowmap.stage.StageInput;
import io.flowmap.stage.StageNames;
import io.flowmap.tensor.Mergeable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Writes a page of statistics of the ingested data: the outcome of every record, classes, sizes, captions, channels, images. */
public final class DatasetJob implements Job {
    private static final String PAGE = "report.html";
    private static final int COLUMNS = 8;
    private static final int PICTURES = 32;
    /** Classes with pictures: the first. */
    private static final int CLASSES = 20;

    private static final int SMALLEST_GRID = 480;

    private record Facts(String page) {}

    @Override
    public String name() {
        return "dataset";
    }

    @Override
    public String summary() {
        return "write one self-contained HTML page of the ingested data: records, classes, sizes, captions, channels,"
                + " pictures";
    }

    @Override
    public void run(JobContext context) {
        var file = new Path(context.stage(StageNames.DATASET), PAGE);
        new Stage(StageNames.DATASET, List.of(), List.of(StageInput.stage(context, StageNames.DATA)))
                .make(context, output -> {
                    AtomicFile.write(
                            output.fileSystem(), file, page(context).html().getBytes(StandardCharsets.UTF_8));
                    return new Facts(PAGE);
                });
        context.progress().phase(name(), Map.of("page", file));
    }

    private static Page page(JobContext context) {
        var dir = context.stage(StageNames.DATA);
        var facts = Manifest.read(Store.of(context.hadoop(), dir), dir).facts();
        var ledger = context.spark().read().parquet(LiteralPath.of(new Path(dir, "ledger")));
        var tables = new LedgerTables(ledger);
        var splits = new ArrayList<String>();
        facts.path("splits").fieldNames().forEachRemaining(splits::add);
        var first = LatentData.open(context.hadoop(), dir, splits.get(0));
        var page = new Page("Dataset", StageInput.withoutCredentials(dir) + ", " + ledger.count() + " records read")
                .introduction(
                        "About this page",
                        "The data that this run trains on: what happened to every image found, and what is left."
                                + " Check the records left out, and whether images, classes and sizes are what you expect.")
                .command(context.command())
                .section(
                        "Records",
                        "Every record that was read is kept, filtered (not wanted by a setting of ingest.filter) or quarantined (damaged or"
                                + " unusable).",
                        Html.table(
                                "Number of records by outcome and reason, most frequent first.", tables.verdicts(), 3));
        if (first.classes() > 0) {
            page.section(
                    "Classes",
                    "",
                    Html.table(
                            "Number of kept records per class, largest first.", tables.classes(first.classNames()), 2));
        }
        page.section(
                "Sizes",
                "",
                Html.table("Width and height in pixels of the kept images before resizing.", tables.sizes(), 2));
        if (tables.captions().size() > 1) {
            page.section(
                    "Captions",
                    "",
                    Html.table("Length of the kept records' captions, in characters.", tables.captions(), 2));
        }
        for (var split : splits) {
            var data = LatentData.open(context.hadoop(), dir, split);
            page.section(
                    "Split " + split,
                    data.count() + " latents, arrays of "
                            + Arrays.toString(data.shape().dimensions())
                            + " (channels, height, width), and the first "
                            + (data.classes() > 0 ? "of each class" : "of them") + " as images.",
                    Html.table(
                                    "Mean and standard deviation of each channel of the latents, in their own units.",
                                    channels(moments(context, dir, split, data)),
                                    0)
                            + pictures(data, split));
        }
        return page;
    }

    /** Blocks are measured separately and merged in order, which gives the same bits on any cluster. */
    private static ChannelMoments moments(JobContext context, Path dir, String split, LatentData data) {
        var spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
        var hadoop = spark.broadcast(new SerializableConfiguration(context.hadoop()));
        var place = dir.toString();
        var numbers = IntStream.range(0, data.blocks().size()).boxed().toList();
        var parts = spark.parallelize(numbers, numbers.size())
                .map(number -> {
                    var block = LatentData.open(hadoop.value().value(), new Path(place), split)
                            .read(number);
                    return ChannelMoments.of(
                            block.values(), block.count(), block.shape().channels());
                })
                .collect();
        return Mergeable.merged(parts);
    }

    private static List<List<String>> channels(ChannelMoments moments) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("channel", "mean", "deviation"));
        for (int c = 0; c < moments.mean().length; c++) {
            rows.add(List.of(
                    Integer.toString(c),
                    String.format(Locale.ROOT, "%.4f", moments.mean()[c]),
                    String.format(Locale.ROOT, "%.4f", moments.deviation(c))));
        }
        return rows;
    }

    /** The first images of a split, by class where there are classes; empty if its latents cannot be decoded. */
    private static String pictures(LatentData data, String split) {
        if (!data.canDecode()) {
            return "";
        }
        var block = data.read(0);
        boolean classes = data.classes() > 0;
        var images = new TreeMap<Integer, List<byte[]>>();
        try (var decoder = EncodedImages.decoder(data)) {
            for (int row = 0; row < block.count(); row++) {
                int label = classes ? block.label()[row] : 0;
                if (label >= CLASSES) {
                    continue;
                }
                var ofClass = images.computeIfAbsent(label, none -> new ArrayList<>());
                if (ofClass.size() < (classes ? COLUMNS : PICTURES)) {
                    ofClass.add(decoder.decode(block.latent(row), 1));
                }
            }
        }
        var html = new StringBuilder("<div class=\"" + (classes ? "grids" : "single") + "\">");
        images.forEach((label, ofClass) -> {
            var name = classes ? data.classNames().get(label) : "";
            html.append("<figure>")
                    .append(classes ? "<figcaption>" + Html.text(name) + "</figcaption>" : "")
                    .append(Html.image(
                            grid(ofClass, data.imageShape()),
                            "the first images of split " + split + (classes ? ", class " + name : "")))
                    .append("</figure>");
        });
        return html.append("</div>").toString();
    }

    private static PngImage grid(List<byte[]> images, LatentShape shape) {
        var rows = new ArrayList<List<byte[]>>();
        for (int from = 0; from < images.size(); from += COLUMNS) {
            rows.add(images.subList(from, Math.min(images.size(), from + COLUMNS)));
        }
        return PngImage.grid(rows, shape, Math.max(1, SMALLEST_GRID / (COLUMNS * shape.width())));
    }
}
