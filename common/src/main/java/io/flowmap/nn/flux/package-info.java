/** The transformer of FLUX.1. */
package io.flowmap.nn.flux;
