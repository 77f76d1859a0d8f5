"""Decodes, crops, resizes and writes the images of tar shards with Pillow, in one loop.

Arguments: folder, side, repetitions, "full" or "scaled" (JPEGs decoded at 1/2, 1/4 or 1/8 if that leaves at least twice the side). Prints
"images seconds cpu-seconds checksum" of the fastest repetition, and the libraries' versions. The checksum is the sum of the CRC-32 of the
images as [C,H,W].
"""
import glob
import io
import os
import sys
import tarfile
import tempfile
import time
import zlib

import numpy as np
from PIL import Image, features

folder, side, repetitions, scaled = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "scaled"


def images():
    for shard in sorted(glob.glob(os.path.join(folder, "*.tar"))):
        with tarfile.open(shard) as tar:
            for member in tar:
                if member.isfile() and member.name.lower().endswith((".jpg", ".jpeg", ".png")):
                    yield tar.extractfile(member).read()


def framed(data):
    image = Image.open(io.BytesIO(data))
    if scaled:
        parts = [part for part in (8, 4, 2) if min(image.size) >= 2 * part * side]
        if parts:
            image.draft(None, [size // parts[0] for size in image.size])
    image = image.convert("RGB")
    width, height = image.size
    crop = max(1, round(side * min(height / side, width / side)))
    left, top = (width - crop) // 2, (height - crop) // 2
    return np.asarray(image.crop((left, top, left + crop, top + crop)).resize((side, side), Image.LANCZOS))


def run(out):
    count, checksum = 0, 0
    for data in images():
        planes = framed(data).transpose(2, 0, 1).tobytes()
        out.write(planes)
        checksum += zlib.crc32(planes)
        count += 1
    out.flush()
    return count, checksum


best = None
for _ in range(repetitions):
    with tempfile.TemporaryFile() as out:
        start, cpu = time.perf_counter(), time.process_time()
        count, checksum = run(out)
        times = time.perf_counter() - start, time.process_time() - cpu
        best = times if best is None else (min(best[0], times[0]), min(best[1], times[1]))
print(count, *best, checksum)
print("Pillow", Image.__version__, "libjpeg-turbo" if features.check_feature("libjpeg_turbo") else "libjpeg")
