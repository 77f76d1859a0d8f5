"""pytorch-fid's InceptionV3 in torch, with random weights.

Writes the weights as a torch file with pytorch-fid's names, images as uint8 [n, 3, 299, 299], their features as float32 [n, 2048], and the
network as ONNX for any batch size. Prints the versions, "multiply-adds N" per image, and for each variant "name images-per-second".
"""
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


class Layers:
    """Convolutions with folded batch normalisation, the fastest form in torch without a compiler."""

    def __init__(self):
        self.state, self.folded, self.multiply_adds = {}, {}, 0

    def __call__(self, x, name, out, kernel, stride=1, padding=0):
        if name not in self.folded:
            self.draw(name, out, x.shape[1], *kernel)
        weight, bias = self.folded[name]
        y = F.conv2d(x, weight, bias, stride, padding)
        self.multiply_adds += y[:, 0].numel() * weight.numel()
        return F.relu_(y)

    def draw(self, name, out, width, rows, columns):
        drawn = torch.empty(out, width, rows, columns).normal_(0, (2 / (width * rows * columns)) ** 0.5)
        values = torch.ones(out), 0.1 * torch.randn(out), 0.1 * torch.randn(out), 0.5 + torch.rand(out)
        self.state[name + ".conv.weight"] = drawn
        for key, value in zip(("weight", "bias", "running_mean", "running_var"), values):
            self.state[name + ".bn." + key] = value
        scale, shift, mean, variance = values
        scale = scale / torch.sqrt(variance + 1e-3)
        self.folded[name] = drawn * scale[:, None, None, None], shift - mean * scale

    def format(self, memory):
        self.folded = {name: (weight.contiguous(memory_format=memory), bias) for name, (weight, bias) in self.folded.items()}


def means(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def features(conv, x):
    x = conv(x, "Conv2d_1a_3x3", 32, (3, 3), 2)
    x = conv(x, "Conv2d_2a_3x3", 32, (3, 3))
    x = F.max_pool2d(conv(x, "Conv2d_2b_3x3", 64, (3, 3), 1, 1), 3, 2)
    x = conv(x, "Conv2d_3b_1x1", 80, (1, 1))
    x = F.max_pool2d(conv(x, "Conv2d_4a_3x3", 192, (3, 3)), 3, 2)
    for name, pooled in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
        five = conv(conv(x, name + ".branch5x5_1", 48, (1, 1)), name + ".branch5x5_2", 64, (5, 5), 1, 2)
        three = conv(conv(x, name + ".branch3x3dbl_1", 64, (1, 1)), name + ".branch3x3dbl_2", 96, (3, 3), 1, 1)
        three = conv(three, name + ".branch3x3dbl_3", 96, (3, 3), 1, 1)
        pool = conv(means(x), name + ".branch_pool", pooled, (1, 1))
        x = torch.cat([conv(x, name + ".branch1x1", 64, (1, 1)), five, three, pool], 1)
    three = conv(conv(x, "Mixed_6a.branch3x3dbl_1", 64, (1, 1)), "Mixed_6a.branch3x3dbl_2", 96, (3, 3), 1, 1)
    three = conv(three, "Mixed_6a.branch3x3dbl_3", 96, (3, 3), 2)
    x = torch.cat([conv(x, "Mixed_6a.branch3x3", 384, (3, 3), 2), three, F.max_pool2d(x, 3, 2)], 1)
    for name, width in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
        seven = conv(conv(x, name + ".branch7x7_1", width, (1, 1)), name + ".branch7x7_2", width, (1, 7), 1, (0, 3))
        seven = conv(seven, name + ".branch7x7_3", 192, (7, 1), 1, (3, 0))
        twice = conv(conv(x, name + ".branch7x7dbl_1", width, (1, 1)), name + ".branch7x7dbl_2", width, (7, 1), 1, (3, 0))
        twice = conv(twice, name + ".branch7x7dbl_3", width, (1, 7), 1, (0, 3))
        twice = conv(twice, name + ".branch7x7dbl_4", width, (7, 1), 1, (3, 0))
        twice = conv(twice, name + ".branch7x7dbl_5", 192, (1, 7), 1, (0, 3))
        pool = conv(means(x), name + ".branch_pool", 192, (1, 1))
        x = torch.cat([conv(x, name + ".branch1x1", 192, (1, 1)), seven, twice, pool], 1)
    three = conv(conv(x, "Mixed_7a.branch3x3_1", 192, (1, 1)), "Mixed_7a.branch3x3_2", 320, (3, 3), 2)
    seven = conv(conv(x, "Mixed_7a.branch7x7x3_1", 192, (1, 1)), "Mixed_7a.branch7x7x3_2", 192, (1, 7), 1, (0, 3))
    seven = conv(seven, "Mixed_7a.branch7x7x3_3", 192, (7, 1), 1, (3, 0))
    seven = conv(seven, "Mixed_7a.branch7x7x3_4", 192, (3, 3), 2)
    x = torch.cat([three, seven, F.max_pool2d(x, 3, 2)], 1)
    for name, pool in (("Mixed_7b", means), ("Mixed_7c", lambda x: F.max_pool2d(x, 3, 1, 1))):
        three = conv(x, name + ".branch3x3_1", 384, (1, 1))
        twice = conv(conv(x, name + ".branch3x3dbl_1", 448, (1, 1)), name + ".branch3x3dbl_2", 384, (3, 3), 1, 1)
        parts = [conv(x, name + ".branch1x1", 320, (1, 1))]
        for branch, y in ((".branch3x3_2", three), (".branch3x3dbl_3", twice)):
            parts.append(conv(y, name + branch + "a", 384, (1, 3), 1, (0, 1)))
            parts.append(conv(y, name + branch + "b", 384, (3, 1), 1, (1, 0)))
        x = torch.cat(parts + [conv(pool(x), name + ".branch_pool", 192, (1, 1))], 1)
    return x.mean((2, 3))


def timed(conv, images, batch, memory):
    """Runs all images once, then again for timing; returns their features and the images per second."""
    conv.format(memory)
    for warm in (True, False):
        begun, found = time.perf_counter(), []
        for part in (images[:batch] if warm else images).split(batch):
            x = (2 * part.float() / 255 - 1).contiguous(memory_format=memory)
            found.append(features(conv, x))
    return torch.cat(found), len(images) / (time.perf_counter() - begun)


class Network(torch.nn.Module):
    """Features of images [n, 3, 299, 299] in the network's range."""

    def __init__(self, conv):
        super().__init__()
        self.conv = conv

    def forward(self, x):
        return features(self.conv, x)


@torch.no_grad()
def main(weights, pixels, means_of, onnx, count, threads):
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    conv = Layers()
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (count, 3, 299, 299), dtype=np.uint8))
    features(conv, 2 * images[:1].float() / 255 - 1)
    multiply_adds = conv.multiply_adds
    torch.save({**conv.state, "fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}, weights)
    images.numpy().tofile(pixels)
    names = dict(input_names=["x"], output_names=["features"], dynamic_axes={"x": {0: "n"}, "features": {0: "n"}})
    torch.onnx.export(Network(conv), 2 * images[:2].float() / 255 - 1, onnx, opset_version=13, **names)
    print("torch", torch.__version__, "threads", threads, flush=True)
    print("multiply-adds", multiply_adds, flush=True)
    for batch in (8, 50):
        for name, memory in (("contiguous", torch.contiguous_format), ("channels-last", torch.channels_last)):
            found, rate = timed(conv, images, batch, memory)
            found.numpy().tofile(means_of)
            print("batch=%d,%s %.4f" % (batch, name, rate), flush=True)


main(*sys.argv[1:5], *map(int, sys.argv[5:]))
