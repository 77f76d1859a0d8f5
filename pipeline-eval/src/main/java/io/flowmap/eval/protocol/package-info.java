/** Named protocols: which features, resize and measure with which constants make a number that compares with published ones. */
package io.flowmap.eval.protocol;
