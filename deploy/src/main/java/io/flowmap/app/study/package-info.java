/** The mathematics of the lab, without Spark. */
package io.flowmap.app.study;
