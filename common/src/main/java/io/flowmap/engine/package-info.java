/** Compiled graphs: instructions, buffer plans, and programs that run on ND4J. */
package io.flowmap.engine;
