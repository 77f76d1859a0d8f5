/** The mathematics of the lab's studies, without Spark. */
package io.flowmap.app.study;
