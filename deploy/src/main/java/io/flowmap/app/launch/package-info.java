/** From a command line to a Spark application: commands, the plan for spark-submit, the session, exit codes. */
package io.flowmap.app.launch;
