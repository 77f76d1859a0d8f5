/** Networks in files of Deeplearning4j and Keras, read without running anything that a file names. */
package io.flowmap.eval.feature.dl4j;
