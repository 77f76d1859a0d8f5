/** A small multilayer perceptron on points. */
package io.flowmap.nn.mlp;
