/** How a command line becomes a Spark application: commands, the plan of spark-submit, the session, exit codes. */
package io.flowmap.app.launch;
