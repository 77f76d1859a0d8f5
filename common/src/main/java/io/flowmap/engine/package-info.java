/** Compiled graphs without an engine: instructions, the plan of their memory, programs, and the interface that engines implement. */
package io.flowmap.engine;
