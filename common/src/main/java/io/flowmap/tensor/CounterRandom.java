package io.flowmap.tensor;

/**
 * Random numbers as a pure function of a key. There is no state: any worker can compute any number of the sequence, and equal keys give
 * equal bits on every machine. Keys are absorbed one 64-bit word at a time by the finaliser of SplitMix64 (Steele, Lea, Flood 2014), with a
 * second round against related keys.
 *
 * <p>The methods share the stream of a key: {@code bits(key)}, {@code uniform(key)}, {@code below(bound, key)} and the first number of
 * {@code gaussians} and {@code permutation} use the same draw. Independent numbers need different keys.
 *
 * @param seed seed of the whole family
 */
public record CounterRandom(long seed) {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1p-53;

    /** 64 random bits for a key. Keys of different lengths are unrelated. */
    public long bits(long... key) {
        return draw(absorb(key), 0);
    }

    /** Uniform in the open interval (0, 1): a multiple of 2^-53 plus 2^-54. */
    public double uniform(long... key) {
        return open(bits(key));
    }

    /** Uniform in 0 .. bound - 1, with a bias below bound / 2^63. Throws {@link IllegalArgumentException} unless 0 < bound < 2^62. */
    public long below(long bound, long... key) {
        if (bound <= 0 || bound >= 1L << 62) {
            throw new IllegalArgumentException("expected a bound from 1 to 2^62, got " + bound);
        }
        return Math.multiplyHigh(bits(key) >>> 1, bound << 1);
    }

    /** One standard normal number. */
    public double gaussian(long... key) {
        var out = new double[1];
        gaussians(out, 0, 1, key);
        return out[0];
    }

    /** Writes standard normal numbers 0 .. length - 1 of the key (Box-Muller) into {@code out} from index {@code from}. */
    public void gaussians(double[] out, int from, int length, long... key) {
        long state = absorb(key);
        for (int i = 0; i < length; i += 2) {
            double radius = StrictMath.sqrt(-2 * StrictMath.log(open(draw(state, i))));
            double angle = 2 * StrictMath.PI * open(draw(state, i + 1));
            out[from + i] = radius * StrictMath.cos(angle);
            if (i + 1 < length) {
                out[from + i + 1] = radius * StrictMath.sin(angle);
            }
        }
    }

    /** Like {@link #gaussians(double[], int, int, long...)}, rounded to float. */
    public void gaussians(float[] out, int from, int length, long... key) {
        var wide = new double[length];
        gaussians(wide, 0, length, key);
        for (int i = 0; i < length; i++) {
            out[from + i] = (float) wide[i];
        }
    }

    /** A random permutation of 0 .. length - 1 (Fisher-Yates). */
    public int[] permutation(int length, long... key) {
        long state = absorb(key);
        var order = new int[length];
        for (int i = 0; i < length; i++) {
            int j = (int) Math.multiplyHigh(draw(state, i) >>> 1, (i + 1L) << 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private long absorb(long[] key) {
        long state = mix(seed + GOLDEN);
        for (long word : key) {
            state = mix(state + GOLDEN ^ mix(word + GOLDEN));
        }
        return mix(state ^ key.length);
    }

    private static long draw(long state, long counter) {
        return mix(mix(state + counter * GOLDEN) + GOLDEN);
    }

    private static double open(long bits) {
        return ((bits >>> 11) + 0.5) * UNIT;
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
