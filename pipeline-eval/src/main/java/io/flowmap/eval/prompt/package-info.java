/** How well samples show what their prompts ask for: tallies of each prompt, shares with intervals over prompts, paired comparisons. */
package io.flowmap.eval.prompt;
