package io.flowmap.page;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Samples to be looked through by prompt, model, guidance weight, number of steps and seed, as a section of a page: a table of pictures for
 * each prompt, with a row for each seed, guidance weight and model and a column for each number of steps. Pictures of one seed come from
 * the same noise. {@link #addTo} adds a box that filters prompts and choices of what is shown; without JavaScript all is shown.
 */
public final class PromptGallery {
    private final List<Text> texts;
    private final List<String> models;
    private final List<Double> weights;
    private final List<Integer> steps;
    private final List<Integer> seeds;
    private final Map<Key, PngImage> pictures = new HashMap<>();

    /**
     * A prompt.
     *
     * @param number its number among all prompts
     * @param category its group, null for none
     */
    public record Text(int number, String text, String category) {}

    /**
     * What a picture was drawn for.
     *
     * @param prompt number of the prompt
     * @param seed number of the seed of this prompt, from 0
     */
    public record Key(int prompt, int seed, String model, double guidance, int steps) implements Serializable {}

    /** A picture and what it was drawn for. */
    public record Picture(Key key, PngImage image) implements Serializable {}

    /**
     * Creates a gallery.
     *
     * @param models in the order of their rows
     */
    public PromptGallery(List<Text> texts, List<String> models, Collection<Picture> pictures) {
        this.texts = List.copyOf(texts);
        this.models = List.copyOf(models);
        this.weights = distinct(pictures, Key::guidance);
        this.steps = distinct(pictures, Key::steps);
        this.seeds = distinct(pictures, Key::seed);
        pictures.forEach(picture -> this.pictures.put(picture.key(), picture.image()));
    }

    private static <T> List<T> distinct(Collection<Picture> pictures, Function<Key, T> part) {
        return List.copyOf(
                new TreeSet<>(pictures.stream().map(Picture::key).map(part).toList()));
    }

    /** Adds the section, with its style and script. */
    public Page addTo(Page page, String heading, String explanation) {
        return page.interactive(Page.resource("gallery.css"), Page.resource("gallery.js"))
                .section(heading, explanation, html());
    }

    private String html() {
        var html = new StringBuilder("<form id=\"choices\" class=\"choices\" hidden>"
                + "<label class=\"find\"><span>Prompts with the words</span><input id=\"find\" type=\"search\""
                + " autocomplete=\"off\" spellcheck=\"false\"></label>");
        choices(html, "Models", "model", models, Function.identity());
        choices(html, "Guidance", "guidance", weights, Axis::format);
        choices(html, "Steps", "steps", steps, Object::toString);
        choices(html, "Seeds", "seed", seeds, seed -> Integer.toString(seed + 1));
        html.append("<label class=\"size\"><span>Size</span><input id=\"size\" type=\"range\" min=\"48\" max=\"256\"")
                .append(" step=\"16\" value=\"80\"></label><output id=\"shown\" class=\"shown\"></output></form>")
                .append("<div id=\"prompts\" class=\"prompts\" style=\"--columns:")
                .append(steps.size())
                .append("\">");
        texts.forEach(text -> prompt(html, text));
        return html.append("</div>").toString();
    }

    /** Boxes to tick, unless there is nothing to choose. */
    private static <T> void choices(
            StringBuilder html, String legend, String name, List<T> values, Function<T, String> words) {
        if (values.size() < 2) {
            return;
        }
        html.append("<fieldset><legend>").append(legend).append("</legend>");
        for (int i = 0; i < values.size(); i++) {
            html.append("<label><input type=\"checkbox\" checked data-hides=\"")
                    .append(name)
                    .append(i)
                    .append("\">")
                    .append(Html.text(words.apply(values.get(i))))
                    .append("</label>");
        }
        html.append("</fieldset>");
    }

    private void prompt(StringBuilder html, Text text) {
        html.append("<article class=\"prompt\"><h3><span class=\"place\">")
                .append(text.number() + 1)
                .append("</span> ")
                .append(text.text().isBlank() ? "<em>no text</em>" : Html.text(text.text()))
                .append(text.category() == null ? "" : " <small>" + Html.text(text.category()) + "</small>")
                .append("</h3><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Samples of prompt ")
                .append(text.number() + 1)
                .append("\"><table><thead><tr><td></td>");
        for (int i = 0; i < steps.size(); i++) {
            html.append("<th scope=\"col\" class=\"steps")
                    .append(i)
                    .append("\">")
                    .append(words(steps.get(i)));
            html.append("</th>");
        }
        html.append("</tr></thead><tbody>");
        for (int seed : seeds) {
            for (double weight : weights) {
                models.forEach(model -> row(html, text, seed, weight, model));
            }
        }
        html.append("</tbody></table></div></article>");
    }

    private void row(StringBuilder html, Text text, int seed, double weight, String model) {
        var images = steps.stream()
                .map(n -> pictures.get(new Key(text.number(), seed, model, weight, n)))
                .toList();
        if (images.stream().allMatch(Objects::isNull)) {
            return;
        }
        html.append("<tr class=\"model")
                .append(models.indexOf(model))
                .append(" guidance")
                .append(weights.indexOf(weight))
                .append(" seed")
                .append(seeds.indexOf(seed))
                .append("\"><th scope=\"row\"><span class=\"who ")
                .append(Html.text(model))
                .append("\">")
                .append(Html.text(model))
                .append("</span>")
                .append(weights.size() > 1 ? "<small>guidance " + Axis.format(weight) + "</small>" : "")
                .append(seeds.size() > 1 ? "<small>seed " + (seed + 1) + "</small>" : "")
                .append("</th>");
        IntStream.range(0, steps.size()).forEach(i -> {
            html.append("<td class=\"steps").append(i).append("\">");
            if (images.get(i) != null) {
                html.append(Html.image(images.get(i), model + ", " + words(steps.get(i)) + ", seed " + (seed + 1)));
            }
            html.append("</td>");
        });
        html.append("</tr>");
    }

    private static String words(int steps) {
        return steps + (steps == 1 ? " step" : " steps");
    }
}
