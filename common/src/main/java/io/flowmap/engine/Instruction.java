package io.flowmap.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.gradient.LeakyReLUDerivative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Reciprocal;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.SoftPlus;

/** One native op of a program before buffers are assigned: its name, its arguments, the values it reads and writes. */
record Instruction(
        String op, List<Value> inputs, List<Value> outputs, long[] integers, double[] reals, boolean[] flags) {
    private static final long[] NO_INTEGERS = {};
    private static final double[] NO_REALS = {};
    private static final boolean[] NO_FLAGS = {};

    /** Creates an op over arrays from its real-valued arguments. */
    interface Maker {
        Op of(INDArray x, INDArray z, double[] reals);
    }

    /** Ops that ND4J offers by name not at all, or only with arguments rounded to float32. */
    static final Map<String, Maker> LEGACY = Map.of(
            "sqrt", plain(Sqrt::new),
            "Reciprocal", plain(Reciprocal::new),
            "square", plain(Square::new),
            "exp", plain(Exp::new),
            "log", plain(Log::new),
            "sin", plain(Sin::new),
            "cos", plain(Cos::new),
            "erf", plain(Erf::new),
            "softplus", plain(SoftPlus::new),
            "leakyreluderivative", (x, z, reals) -> new LeakyReLUDerivative(x, z, reals[0]));

    /** Elementwise ops whose output may overwrite an input of the same shape. */
    private static final List<String> IN_PLACE = List.of("add", "subtract", "multiply", "divide", "tanh", "relu");

    private static Maker plain(BiFunction<INDArray, INDArray, Op> constructor) {
        return (x, z, reals) -> constructor.apply(x, z);
    }

    static Instruction of(String op, List<Value> inputs, Value output) {
        return new Instruction(op, inputs, List.of(output), NO_INTEGERS, NO_REALS, NO_FLAGS);
    }

    static Instruction of(String op, List<Value> inputs, List<Value> outputs, long... integers) {
        return new Instruction(op, inputs, outputs, integers, NO_REALS, NO_FLAGS);
    }

    static Instruction reduction(String op, Value input, Value output, int[] dimensions, boolean keepDims) {
        return new Instruction(
                op,
                List.of(input),
                List.of(output),
                Arrays.stream(dimensions).asLongStream().toArray(),
                NO_REALS,
                new boolean[] {keepDims});
    }

    /** x where it is above the cutoff, else 0. */
    static Instruction cut(Value x, Value output, double cutoff) {
        return new Instruction("relu", List.of(x), List.of(output), NO_INTEGERS, new double[] {cutoff}, NO_FLAGS);
    }

    /** 1 where x >= 0, else alpha. */
    static Instruction slope(Value x, Value output, double alpha) {
        var alone = new double[] {alpha};
        return new Instruction("leakyreluderivative", List.of(x), List.of(output), NO_INTEGERS, alone, NO_FLAGS);
    }

    boolean mayRunInPlace() {
        return IN_PLACE.contains(op) || LEGACY.containsKey(op);
    }

    /** Key of the computation: instructions with equal keys compute equal values. */
    String key() {
        var key = new StringBuilder(op);
        inputs.forEach(v -> key.append(' ').append(v.id()));
        return key.append(Arrays.toString(integers))
                .append(Arrays.toString(reals))
                .append(Arrays.toString(flags))
                .toString();
    }
}
