/** The main classes: {@code Launcher} runs before Spark, {@code Main} inside it. */
package io.flowmap.app;
