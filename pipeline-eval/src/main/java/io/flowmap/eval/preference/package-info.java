/** Statistics of a user study: strengths of image generators from people's choices, agreement, side bias, excluded participants. */
package io.flowmap.eval.preference;
