/** The program: commands, the plan by which spark-submit starts them, the session they run in, exit codes. */
package io.flowmap.app;
