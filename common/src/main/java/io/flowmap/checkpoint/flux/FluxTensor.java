package io.flowmap.checkpoint.flux;

import io.flowmap.checkpoint.TensorData;
import java.util.List;

/**
 * A tensor of a {@link FluxModule}.
 *
 * @param suffix what follows the layer's name at BFL
 * @param partSuffix what follows the layers' names at diffusers
 * @param shape its shape at BFL
 */
record FluxTensor(FluxModule module, String suffix, String partSuffix, long[] shape) {
    String name() {
        return module.name() + suffix;
    }

    List<String> partNames() {
        return module.parts().stream().map(part -> part.name() + partSuffix).toList();
    }

    long[] partShape(String name) {
        var shape = this.shape.clone();
        shape[0] = part(name).rows();
        return shape;
    }

    private FluxModule.Part part(String name) {
        return module.parts().get(partNames().indexOf(name));
    }

    /** BFL's tensor from those of diffusers, which have one type. */
    TensorData join(List<TensorData> parts) {
        var joined = parts.size() == 1 ? parts.get(0) : Rows.join(parts);
        return module.swapped() ? Rows.swapHalves(joined) : joined;
    }

    /** One of diffusers' tensors from that of BFL. */
    TensorData part(String name, TensorData whole) {
        var part = part(name);
        var ordered = module.swapped() ? Rows.swapHalves(whole) : whole;
        return module.parts().size() == 1 ? ordered : Rows.slice(ordered, part.from(), part.rows());
    }
}
