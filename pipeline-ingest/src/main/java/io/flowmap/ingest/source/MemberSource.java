package io.flowmap.ingest.source;

import io.flowmap.ingest.archive.Member;
import io.flowmap.ingest.archive.MemberStore;
import io.flowmap.ingest.label.ClassNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/** A zip or folder, with labels from {@code dataset.json} or from class folders. */
final class MemberSource implements Source {
    private final FileSystem fileSystem;
    private final FileStatus file;
    private final List<Member> members;
    private final Optional<DatasetLabels> labels;
    private final ClassFolders folders;
    private final Payload payload;
    private final String damage;

    private MemberSource(
            FileSystem fileSystem,
            FileStatus file,
            List<Member> members,
            Optional<DatasetLabels> labels,
            Payload payload,
            String damage) {
        this.fileSystem = fileSystem;
        this.file = file;
        this.members = members;
        this.labels = labels;
        this.payload = payload;
        this.damage = damage;
        this.folders = ClassFolders.among(
                members.stream().filter(this::isWanted).map(Member::name).toList());
    }

    /**
     * Lists the files of a zip or folder. A zip without a readable central directory becomes a source of one
     * quarantined record.
     */
    static MemberSource list(
            Configuration hadoop, FileSystem fileSystem, FileStatus file, SourceKind kind, Payload payload)
            throws IOException {
        try (var store = MemberStore.open(hadoop, file.getPath().toString(), file.isFile())) {
            var members = store.members();
            boolean listed = members.stream().anyMatch(member -> member.name().equals(DatasetLabels.FILE));
            boolean labelled = kind == SourceKind.EDM2 || kind == SourceKind.AUTO && listed;
            var labels = labelled ? Optional.of(labels(store, listed, file)) : Optional.<DatasetLabels>empty();
            return new MemberSource(fileSystem, file, members, labels, payload, null);
        } catch (IOException e) {
            if (file.isDirectory()) {
                throw e;
            }
            return new MemberSource(fileSystem, file, List.of(), Optional.empty(), payload, e.getMessage());
        }
    }

    @Override
    public String name() {
        return file.getPath().toString();
    }

    @Override
    public String fingerprint() {
        if (file.isFile()) {
            return Sources.fingerprint(file);
        }
        var text = new StringBuilder(file.getPath().getName());
        members.forEach(
                member -> text.append('\n').append(member.name()).append(' ').append(member.size()));
        return text.toString();
    }

    @Override
    public boolean isEmpty() {
        return damage == null && members.stream().allMatch(this::isMetadata);
    }

    @Override
    public Optional<ClassNames> classNames() throws IOException {
        return ClassNames.beside(fileSystem, file.isFile() ? file.getPath().getParent() : file.getPath());
    }

    @Override
    public SortedSet<String> folderClasses() {
        var classes = new TreeSet<String>();
        if (labels.isEmpty()) {
            members.stream().filter(this::isWanted).forEach(member -> folders.of(member.name())
                    .ifPresent(classes::add));
        }
        return classes;
    }

    @Override
    public List<Portion> portions(ClassNames names) {
        var indices = names.indices();
        var planned = new ArrayList<PlannedMember>();
        var seen = new HashSet<String>();
        for (var member : members) {
            if (!isMetadata(member)) {
                planned.add(seen.add(member.name()) ? plan(member, indices) : refused(member, "duplicate key"));
            }
        }
        planned.addAll(missing(seen));
        if (damage != null) {
            planned.add(refused(new Member("", 0, false), damage));
        }
        return MemberPortion.cut(name(), file.isFile(), planned);
    }

    private PlannedMember plan(Member member, Map<String, Integer> names) {
        var name = member.parsed();
        if (name.isUnsafe()) {
            return refused(member, "unsafe path");
        }
        if (!isWanted(member)) {
            var reason = member.directory() ? "directory" : name.isHidden() ? "hidden file" : "no " + payload.text();
            return PlannedMember.refused(member, Content.Refused.filtered(reason));
        }
        return labels.isPresent() ? listed(member, labels.get()) : foldered(member, names);
    }

    private PlannedMember listed(Member member, DatasetLabels listed) {
        int label = listed.byName() == null
                ? InputRecord.NO_LABEL
                : listed.byName().getOrDefault(member.name(), InputRecord.NO_LABEL);
        return label == DatasetLabels.NOT_AN_INDEX
                ? refused(member, "label in " + DatasetLabels.FILE + " is not a class index")
                : PlannedMember.image(member, label);
    }

    private PlannedMember foldered(Member member, Map<String, Integer> names) {
        var folder = folders.of(member.name());
        int label = folder.map(names::get).orElse(InputRecord.NO_LABEL);
        return folder.isPresent() && label < 0
                ? refused(member, "class " + folder.get() + " is not among the given names")
                : PlannedMember.image(member, label);
    }

    private List<PlannedMember> missing(Set<String> present) {
        var missing = new ArrayList<PlannedMember>();
        if (labels.isPresent() && labels.get().byName() != null) {
            for (var name : labels.get().byName().keySet()) {
                if (!present.contains(name)) {
                    missing.add(
                            refused(new Member(name, 0, false), "listed in " + DatasetLabels.FILE + " but missing"));
                }
            }
        }
        return missing;
    }

    private boolean isMetadata(Member member) {
        return labels.isPresent() && member.name().equals(DatasetLabels.FILE)
                || member.name().equals(ClassNames.FILE);
    }

    private static PlannedMember refused(Member member, String reason) {
        return PlannedMember.refused(member, Content.Refused.quarantined(reason));
    }

    private boolean isWanted(Member member) {
        var name = member.parsed();
        return !member.directory() && payload.isExtension(name.lastExtension()) && !name.isHidden() && !name.isUnsafe();
    }

    private static DatasetLabels labels(MemberStore store, boolean listed, FileStatus file) throws IOException {
        if (!listed) {
            return new DatasetLabels(null);
        }
        try (var in = store.stream(DatasetLabels.FILE)) {
            return DatasetLabels.read(in, file.getPath().toString());
        }
    }
}
