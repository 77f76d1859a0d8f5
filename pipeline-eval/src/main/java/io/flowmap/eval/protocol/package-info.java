/** Named protocols: the features, resize, measure and constants that make a value comparable with published ones. */
package io.flowmap.eval.protocol;
