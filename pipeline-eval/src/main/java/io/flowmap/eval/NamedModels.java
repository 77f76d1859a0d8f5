package io.flowmap.eval;

import io.flowmap.config.UserError;
import io.flowmap.data.LatentShape;
import io.flowmap.eval.feature.CifarResNetWeights;
import io.flowmap.eval.feature.Dl4jModel;
import io.flowmap.eval.feature.FeatureModel;
import io.flowmap.eval.feature.InceptionModel;
import io.flowmap.eval.feature.InceptionWeights;
import io.flowmap.eval.feature.OnnxModel;
import io.flowmap.eval.feature.Vgg16Model;
import io.flowmap.eval.protocol.FeatureSource;
import io.flowmap.eval.protocol.Protocol;
import io.flowmap.stage.JobContext;
import io.flowmap.stage.StageInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.fs.Path;

/** Networks of the named protocols in an evaluation; each file is read once. */
final class NamedModels {
    private final JobContext context;
    private final EvaluateConfig settings;
    private final LatentShape shape;
    private final Map<FeatureSource, FeatureModel> models = new LinkedHashMap<>();
    private final Map<String, StageInput> inputs = new LinkedHashMap<>();
    private InceptionWeights inception;

    /** @param shape shape of the images */
    NamedModels(JobContext context, EvaluateConfig settings, LatentShape shape) {
        this.context = context;
        this.settings = settings;
        this.shape = shape;
        protocols()
                .forEach(protocol -> protocol.source().ifPresent(source -> models.computeIfAbsent(source, this::open)));
    }

    /** Each network with the protocols that use its features. */
    Map<FeatureModel, List<Protocol>> byModel() {
        var byModel = new LinkedHashMap<FeatureModel, List<Protocol>>();
        models.forEach((source, model) -> byModel.put(
                model,
                protocols().stream()
                        .filter(protocol ->
                                protocol.source().filter(source::equals).isPresent())
                        .toList()));
        return byModel;
    }

    /** The files, as inputs. */
    List<StageInput> inputs() {
        return List.copyOf(inputs.values());
    }

    private List<Protocol> protocols() {
        return settings.ofFeatures();
    }

    private FeatureModel open(FeatureSource source) {
        try {
            return opened(source);
        } catch (UserError e) {
            throw new UserError(e.getMessage() + " (" + source.howToGet() + ")");
        }
    }

    private FeatureModel opened(FeatureSource source) {
        if (source instanceof FeatureSource.Inception asked) {
            if (inception == null) {
                inception = InceptionWeights.open(context.hadoop(), new Path(settings.inception()));
            }
            return read(
                    "evaluate.inception",
                    settings.inception(),
                    new InceptionModel(inception, asked.resize(), asked.dimension(), shape));
        }
        if (source instanceof FeatureSource.ResNet asked) {
            return read("evaluate.resnet56", settings.resnet56(), resNet(asked.depth()));
        }
        if (source instanceof FeatureSource.Vgg16) {
            var model = Vgg16Model.open(context.hadoop(), new Path(settings.vgg16()), shape);
            return read("evaluate.vgg16", settings.vgg16(), model);
        }
        if (source instanceof FeatureSource.Dl4j asked) {
            return read(asked.file(), asked.file(), dl4j(context, settings, asked, shape));
        }
        return source instanceof FeatureSource.Onnx asked
                ? read(asked.file(), asked.file(), onnx(asked.file()))
                : read("evaluate.dinov2", settings.dinov2(), onnx(settings.dinov2()));
    }

    private FeatureModel read(String name, String file, FeatureModel model) {
        inputs.put(name, input(name, file, model.hash()));
        return model;
    }

    private FeatureModel resNet(int depth) {
        var model = CifarResNetWeights.open(context.hadoop(), new Path(settings.resnet56()));
        if (model.depth() != depth) {
            throw new UserError("cannot evaluate with " + settings.resnet56() + ": expected a ResNet of " + depth
                    + " layers, got " + model.depth());
        }
        return requireFits(model, settings.resnet56(), shape);
    }

    private FeatureModel onnx(String file) {
        return OnnxModel.open(context.hadoop(), new Path(file), shape, settings.onnx());
    }

    static FeatureModel dl4j(
            JobContext context, EvaluateConfig settings, FeatureSource.Dl4j source, LatentShape shape) {
        return Dl4jModel.open(
                context.hadoop(),
                new Path(source.file()),
                source.layer(),
                shape,
                settings.dl4j().input());
    }

    static StageInput input(String setting, String file, String hash) {
        return new StageInput(setting, StageInput.withoutCredentials(new Path(file)), hash);
    }

    /** Throws {@link UserError} unless the network takes images of this shape. */
    static FeatureModel requireFits(FeatureModel model, String file, LatentShape shape) {
        if (!Objects.equals(model.shape(), shape)) {
            throw new UserError("cannot evaluate with " + model.name() + " " + file + ": expected images of "
                    + model.shape() + ", got " + shape);
        }
        return model;
    }
}
