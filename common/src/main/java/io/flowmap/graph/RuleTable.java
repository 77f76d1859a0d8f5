package io.flowmap.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ops.impl.transforms.gradient.LeakyReLUDerivative;

/**
 * The table of derivatives. A row is a SameDiff op with its shape, its tangent (forward mode) and its cotangents (reverse mode). Rules emit
 * only ops of this table (except {@code conv2d_bp}), so the transforms compose: gradient of a tangent, tangent of a tangent.
 */
public final class RuleTable {
    private static final Map<String, Rule> RULES = new HashMap<>();

    private RuleTable() {}

    static {
        elementwise();
        scalars();
        unaries();
        LinearRules.addTo(RULES);
        ConvolutionRules.addTo(RULES);
        PoolingRules.addTo(RULES);
        LayoutRules.addTo(RULES);
    }

    /** Names of all ops with a rule. */
    public static Set<String> names() {
        return new TreeSet<>(RULES.keySet());
    }

    /** Whether an op may write its output over an input of the same shape. */
    public static boolean isElementwise(String op) {
        return RULES.containsKey(op) && RULES.get(op).isElementwise();
    }

    static Rule of(Node op) {
        Rule rule = RULES.get(op.name());
        if (rule == null) {
            throw new UnsupportedOperationException("no derivative rule for op " + op.name() + " (variable "
                    + op.y().name() + "), known: " + names());
        }
        return rule;
    }

    private static void elementwise() {
        binary("add", (op, d) -> d, (op, d) -> d, null);
        binary("subtract", (op, d) -> d, (op, d) -> d.neg(), null);
        binary("multiply", (op, d) -> d.mul(op.x()[1]), (op, d) -> d.mul(op.x()[0]), null);
        // y = a/b: dy = (da - y db)/b
        binary(
                "divide",
                (op, d) -> d.div(op.x()[1]),
                (op, d) -> d.mul(op.y()).div(op.x()[1]).neg(),
                (op, dx) -> dx[0].sub(op.y().mul(dx[1])).div(op.x()[1]));
    }

    private static void scalars() {
        unaryLinear("add_scalar", (op, d) -> d);
        unaryLinear("sub_scalar", (op, d) -> d);
        unaryLinear("mul_scalar", (op, d) -> d.mul(op.scalar()));
        unaryLinear("div_scalar", (op, d) -> d.mul(1 / op.scalar()));
        unaryLinear("neg", (op, d) -> d.neg());
        unaryLinear("identity", (op, d) -> d);
        RULES.put("stop_gradient", new ZeroRule());
        RULES.put("equals", new ZeroRule());
        RULES.put("cast", new Cast());
    }

    private static void unaries() {
        unary("square", op -> op.x()[0].mul(2));
        unary("sqrt", op -> reciprocal(op.y()).mul(0.5));
        unary("Reciprocal", op -> op.y().mul(op.y()).neg());
        unary("exp", Node::y);
        unary("log", op -> reciprocal(op.x()[0]));
        unary("sin", op -> op.graph().math().cos(op.x()[0]));
        unary("cos", op -> op.graph().math().sin(op.x()[0]).neg());
        unary("erf", op -> {
            SDVariable x = op.x()[0];
            return op.graph().math().exp(x.mul(x).neg()).mul(2 / Math.sqrt(Math.PI));
        });
        unary("tanh", op -> op.y().mul(op.y()).neg().add(1));
        unary("sigmoid", op -> op.y().sub(op.y().mul(op.y())));
        unary("softplus", op -> op.graph().nn().sigmoid(op.x()[0]));
        // y = x s, s = sigmoid(x): y' = s + y (1 - s)
        unary("swish", op -> {
            SDVariable s = op.graph().nn().sigmoid(op.x()[0]);
            return s.add(op.y()).sub(s.mul(op.y()));
        });
        // 1 at and above the cutoff, 0 where the value was cut
        unary("relu", op -> op.graph().eq(op.x()[0], op.y()).castTo(op.x()[0].dataType()));
        // 1 at and above zero, else the scalar
        unary("leakyrelu", op -> new LeakyReLUDerivative(op.graph(), op.x()[0], false, op.scalar()).outputVariable());
        RULES.put("leakyreluderivative", new ZeroRule());
        // 1 inside the limits, 0 where the value was clamped
        unary("ClipByValue", op -> op.graph().eq(op.x()[0], op.y()).castTo(op.x()[0].dataType()));
    }

    static SDVariable reciprocal(SDVariable x) {
        return x.getSameDiff().math().reciprocal(x);
    }

    private static void unary(String name, Function<Node, SDVariable> derivative) {
        unaryLinear(name, (op, d) -> d.mul(derivative.apply(op)));
    }

    /** Adds an op of one input whose tangent and cotangent are the same linear map. */
    private static void unaryLinear(String name, BiFunction<Node, SDVariable, SDVariable> map) {
        RULES.put(name, new Rule() {
            @Override
            public long[] shape(Node op) {
                return op.shape(0);
            }

            @Override
            public SDVariable tangent(Node op, SDVariable[] dx) {
                return map.apply(op, dx[0]);
            }

            @Override
            public SDVariable[] cotangent(Node op, SDVariable dy) {
                return new SDVariable[] {map.apply(op, dy)};
            }

            @Override
            public boolean isElementwise() {
                return true;
            }
        });
    }

    /** Adds a broadcasting op of two inputs. {@code left} and {@code right} are its partial derivatives applied to d. */
    private static void binary(
            String name,
            BiFunction<Node, SDVariable, SDVariable> left,
            BiFunction<Node, SDVariable, SDVariable> right,
            BiFunction<Node, SDVariable[], SDVariable> joint) {
        RULES.put(name, new Rule() {
            @Override
            public long[] shape(Node op) {
                return Shapes.broadcast(op.shape(0), op.shape(1));
            }

            @Override
            public SDVariable tangent(Node op, SDVariable[] dx) {
                if (dx[0] != null && dx[1] != null) {
                    return joint != null
                            ? joint.apply(op, dx)
                            : name.equals("subtract")
                                    ? dx[0].sub(dx[1])
                                    : left.apply(op, dx[0]).add(right.apply(op, dx[1]));
                }
                SDVariable d = dx[0] != null ? left.apply(op, dx[0]) : right.apply(op, dx[1]);
                return expand(op, d);
            }

            @Override
            public SDVariable[] cotangent(Node op, SDVariable dy) {
                return new SDVariable[] {
                    Shapes.unbroadcast(op.shapes(), left.apply(op, dy), op.shape(0)),
                    Shapes.unbroadcast(op.shapes(), right.apply(op, dy), op.shape(1))
                };
            }

            @Override
            public boolean isElementwise() {
                return true;
            }
        });
    }

    /** Broadcasts a tangent to the shape of the output, for when only the smaller operand has one. */
    private static SDVariable expand(Node op, SDVariable d) {
        long[] shape = op.shapes().of(op.y());
        return Arrays.equals(op.shapes().of(d), shape)
                ? d
                : d.add(op.shapes().zero(op.y().dataType(), shape));
    }

    /** A type conversion. The derivative is converted in the same way if both types are floating point; otherwise no derivative flows. */
    private record Cast() implements Rule {
        @Override
        public long[] shape(Node op) {
            return op.shape(0);
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return to(op.y(), op, dx[0]);
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            return new SDVariable[] {to(op.x()[0], op, dy)};
        }

        private static SDVariable to(SDVariable place, Node op, SDVariable d) {
            boolean real = op.x()[0].dataType().isFPType() && op.y().dataType().isFPType();
            return real ? d.castTo(place.dataType()) : null;
        }
    }

    /** An op through which no derivative flows. */
    private record ZeroRule() implements Rule {
        @Override
        public long[] shape(Node op) {
            return op.x().length == 1 ? op.shape(0) : Shapes.broadcast(op.shape(0), op.shape(1));
        }

        @Override
        public SDVariable tangent(Node op, SDVariable[] dx) {
            return null;
        }

        @Override
        public SDVariable[] cotangent(Node op, SDVariable dy) {
            return new SDVariable[op.x().length];
        }

        @Override
        public boolean isElementwise() {
            return true;
        }
    }
}
