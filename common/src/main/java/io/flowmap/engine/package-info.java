/** Compiled graphs: instructions, a plan of buffers, programs that run them by ND4J. */
package io.flowmap.engine;
