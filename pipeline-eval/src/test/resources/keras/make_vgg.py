"""Writes a narrow VGG16's weights as Keras' application had them (vgg16_weights_tf_dim_ordering_tf_kernels.h5), and what SciPy computes.

python3 make_vgg.py, with h5py, numpy and scipy. Images are 64x64: x[i,j,c] = (29 i + 13 j + 101 c + (i j) % 7 * 11) mod 256.
"""
import h5py, json, numpy as np
from scipy.signal import correlate
rng = np.random.default_rng(11)
widths, side, hidden = [3, 4, 5, 6, 7], 64, [9, 8]
x = np.fromfunction(lambda i, j, c: (29 * i + 13 * j + 101 * c + (i * j) % 7 * 11) % 256, (side, side, 3))
y = x[:, :, ::-1] - np.array([103.939, 116.779, 123.68])
with h5py.File('vgg16.h5', 'w') as f:
    names, c = [], 3
    def layer(name, kernel, bias):
        g = f.create_group(name)
        g.attrs['weight_names'] = np.array([np.bytes_(name + '_W_1:0'), np.bytes_(name + '_b_1:0')])
        g.create_dataset(name + '_W_1:0', data=kernel)
        g.create_dataset(name + '_b_1:0', data=bias)
        names.append(name)
    for block, (width, n) in enumerate(zip(widths, [2, 2, 3, 3, 3]), 1):
        for i in range(1, n + 1):
            k = (rng.standard_normal((3, 3, c, width)) * np.sqrt(2 / (9 * c))).astype('f4')
            b = (rng.standard_normal(width) * 0.1).astype('f4')
            layer(f'block{block}_conv{i}', k, b)
            z = np.zeros(y.shape[:2] + (width,))
            for o in range(width):
                for ch in range(c):
                    z[:, :, o] += correlate(y[:, :, ch], k[:, :, ch, o].astype('f8'), mode='same')
            y, c = np.maximum(z + b, 0), width
        names.append(f'block{block}_pool'); f.create_group(f'block{block}_pool').attrs['weight_names'] = np.array([], dtype='S1')
        y = y.reshape(y.shape[0] // 2, 2, y.shape[1] // 2, 2, c).max((1, 3))
    v = y.reshape(-1)
    for name, out in zip(['fc1', 'fc2'], hidden):
        k = (rng.standard_normal((v.size, out)) * np.sqrt(2 / v.size)).astype('f4')
        b = (rng.standard_normal(out) * 0.1).astype('f4')
        layer(name, k, b)
        v = np.maximum(v @ k.astype('f8') + b, 0)
    k = rng.standard_normal((v.size, 10)).astype('f4')
    layer('predictions', k, np.zeros(10, 'f4'))
    f.attrs['layer_names'] = np.array([np.bytes_(n) for n in names])
json.dump(v.tolist(), open('vgg16.json', 'w'))
print(v)
