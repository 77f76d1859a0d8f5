/** The default engine: programs on ND4J. */
package io.flowmap.engine.nd4j;
