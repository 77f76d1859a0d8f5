package io.flowmap.nn;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** A network on samples [N,...], as fields and denoisers precondition it: images [N,H,W,C] or points [N,D]. */
public interface Network {
    /** All arrays, in the order of the flat parameter vector. */
    List<Parameter> parameters();

    /** Classes of the one-hot rows that it takes; 0 of an unconditional network. */
    int classes();

    /** Whether it takes a target time and a guidance weight. */
    boolean isFlowMap();

    /** Emits the network into the scope's graph; the result has the shape of x. */
    SDVariable apply(Scope scope, Input input);

    /**
     * What a network is evaluated at.
     *
     * @param x [N,...]
     * @param noise noise label of each sample, [N]
     * @param classes one-hot rows [N,L] (zeros = no class), null of an unconditional network
     * @param target target time s, [N]; read by a flow map only, else it may be null
     * @param guidance guidance weight, [N]; read by a flow map only, else it may be null
     */
    record Input(SDVariable x, SDVariable noise, SDVariable classes, SDVariable target, SDVariable guidance) {}
}
