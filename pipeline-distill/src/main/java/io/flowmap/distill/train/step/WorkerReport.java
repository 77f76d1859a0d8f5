package io.flowmap.distill.train.step;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;

/**
 * A logical worker's report on its part of a round.
 *
 * @param worker number of the worker
 * @param seat executor and slot that ran it
 * @param library native library and number of threads that computed it
 * @param loss mean loss of every local step
 * @param gradientNorm norm of the gradient of every local step
 * @param notFinite first array whose gradient was not finite in the last step, "" if all were finite
 * @param tangentWarmup r of every local step
 * @param measures the objective's own measures of every local step
 * @param gNorm ||g|| of every sample, steps one after the other
 * @param interval t - s of every sample
 * @param buckets number of the bucket of every local step
 * @param records index of every sample in its split
 * @param computeNanos time in objective and update
 */
public record WorkerReport(
        int worker,
        String seat,
        String library,
        double[] loss,
        double[] gradientNorm,
        String notFinite,
        double[] tangentWarmup,
        double[][] measures,
        float[] gNorm,
        float[] interval,
        int[] buckets,
        long[] records,
        long computeNanos)
        implements Serializable {
    public byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static WorkerReport of(byte[] bytes) {
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (WorkerReport) in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("cannot read a worker's report", e);
        }
    }
}
