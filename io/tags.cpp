#include "io/tags.h"

#include <taglib/attachedpictureframe.h>
#include <taglib/chapterframe.h>
#include <taglib/flacfile.h>
#include <taglib/flacpicture.h>
#include <taglib/id3v2framefactory.h>
#include <taglib/id3v2header.h>
#include <taglib/id3v2tag.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/tableofcontentsframe.h>
#include <taglib/tbytevectorstream.h>
#include <taglib/textidentificationframe.h>
#include <taglib/tpropertymap.h>
#include <taglib/vorbisfile.h>
#include <taglib/xiphcomment.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "io/tag_stream.h"
#include "io/text_tags.h"

namespace burnish {

namespace {

constexpr auto utf8 = TagLib::String::UTF8;

TagLib::String text_of(std::string_view text) { return {std::string(text), utf8}; }

TagLib::ByteVector bytes_of(const std::vector<std::uint8_t>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

std::vector<std::uint8_t> bytes_of(const TagLib::ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }

// --- reading ---

void add_properties(const TagLib::PropertyMap& properties, Metadata& metadata) {
    for (const auto& [key, values] : properties)
        for (const auto& value : values)
            if (!value.isEmpty()) metadata.tags.push_back({key.to8Bit(true), value.to8Bit(true)});
}

void add_pictures(const TagLib::List<TagLib::FLAC::Picture*>& pictures, Metadata& metadata) {
    for (const auto* picture : pictures)
        metadata.pictures.push_back({picture->mimeType().to8Bit(true), picture->description().to8Bit(true),
                                     static_cast<int>(picture->type()), bytes_of(picture->data())});
}

void add_chapters(const TagLib::ID3v2::FrameList& frames, Metadata& metadata) {
    for (const auto* frame : frames) {
        const auto* chapter = dynamic_cast<const TagLib::ID3v2::ChapterFrame*>(frame);
        if (chapter == nullptr) continue;
        const auto& titles = chapter->embeddedFrameList("TIT2");
        metadata.cues.push_back({std::llround(chapter->startTime() / 1000.0 * metadata.sample_rate_hz),
                                 titles.isEmpty() ? std::string() : titles.front()->toString().to8Bit(true)});
    }
    std::stable_sort(metadata.cues.begin(), metadata.cues.end(),
                     [](const Cue& a, const Cue& b) { return a.frame < b.frame; });
}

void add_id3(const TagLib::ID3v2::Tag& tag, Metadata& metadata) {
    const auto properties = tag.properties();
    add_properties(properties, metadata);
    for (const auto* frame : tag.frameList("APIC"))
        if (const auto* picture = dynamic_cast<const TagLib::ID3v2::AttachedPictureFrame*>(frame))
            metadata.pictures.push_back({picture->mimeType().to8Bit(true), picture->description().to8Bit(true),
                                         static_cast<int>(picture->type()), bytes_of(picture->picture())});
    if (metadata.cues.empty()) add_chapters(tag.frameList("CHAP"), metadata);
    for (const auto& unread : properties.unsupportedData()) {
        const auto id = unread.to8Bit(true);
        if (!id.starts_with("APIC") && !id.starts_with("CHAP") && !id.starts_with("CTOC"))
            metadata.warnings.push_back("the ID3 frame " + id + " is not carried over");
    }
}

/// TagLib looks for tags of MPEG files in streams of any kind.
void add_id3_stream(TagLib::IOStream& stream, Metadata& metadata) {
    TagLib::MPEG::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
    if (const auto* tag = file.ID3v2Tag(false); tag != nullptr && !tag->isEmpty())
        add_id3(*tag, metadata);
    else
        add_properties(file.properties(), metadata);  // of an APE or an ID3v1 tag
}

template <class File>
bool add_xiph(TagLib::IOStream& stream, Metadata& metadata) {
    if (!File::isSupported(&stream)) return false;
    File file(&stream, false);
    if (const auto* tag = file.tag(); tag != nullptr) {
        add_properties(tag->properties(), metadata);
        add_pictures(file.tag()->pictureList(), metadata);
    }
    return true;
}

// --- writing ---

TagLib::PropertyMap properties_of(const std::vector<Tag>& tags) {
    TagLib::PropertyMap properties;
    for (const auto& tag : tags) properties.insert(text_of(tag.key), TagLib::StringList(text_of(tag.value)));
    return properties;
}

void note_left_out(const TagLib::PropertyMap& rest, std::vector<std::string>& left_out) {
    for (const auto& item : rest) left_out.push_back(item.first.to8Bit(true));
}

/// The metadata as tags alone, for containers without chunks of their own.
std::vector<Tag> all_as_tags(const Metadata& metadata, bool with_chapters) {
    auto tags = metadata.tags;
    const auto add = [&](const std::vector<Tag>& more) { tags.insert(tags.end(), more.begin(), more.end()); };
    if (metadata.broadcast) add(broadcast_tags(*metadata.broadcast));
    if (with_chapters) add(chapter_tags(metadata.cues, metadata.sample_rate_hz));
    return tags;
}

template <class Target>
void put_pictures(Target& target, const Metadata& metadata) {
    for (const auto& picture : metadata.pictures) {
        auto* block = new TagLib::FLAC::Picture;  // NOLINT(cppcoreguidelines-owning-memory): the target takes it
        block->setMimeType(text_of(picture.mime_type));
        block->setDescription(text_of(picture.description));
        block->setType(static_cast<TagLib::FLAC::Picture::Type>(picture.kind));
        block->setData(bytes_of(picture.bytes));
        target.addPicture(block);
    }
}

// NOLINTBEGIN(cppcoreguidelines-owning-memory): a tag takes the frames that are added to it
void put_id3(TagLib::ID3v2::Tag& tag, const std::vector<Tag>& tags, const Metadata& metadata,
             std::vector<std::string>& left_out) {
    TagLib::ID3v2::FrameFactory::instance()->setDefaultTextEncoding(utf8);
    note_left_out(tag.setProperties(properties_of(tags)), left_out);
    for (const auto& picture : metadata.pictures) {
        auto* frame = new TagLib::ID3v2::AttachedPictureFrame;
        frame->setTextEncoding(utf8);
        frame->setMimeType(text_of(picture.mime_type));
        frame->setDescription(text_of(picture.description));
        frame->setType(static_cast<TagLib::ID3v2::AttachedPictureFrame::Type>(picture.kind));
        frame->setPicture(bytes_of(picture.bytes));
        tag.addFrame(frame);
    }
}

/// A chapter ends where the next one starts, the last one with the file: there is no such thing as a mere point.
void put_chapters(TagLib::ID3v2::Tag& tag, const Metadata& metadata) {
    if (metadata.cues.empty()) return;
    constexpr unsigned no_offset = 0xFFFFFFFF;
    const auto ms_of = [&](const Cue& cue) {
        return static_cast<unsigned>(std::llround(static_cast<double>(cue.frame) / metadata.sample_rate_hz * 1000.0));
    };
    TagLib::ByteVectorList ids;
    for (std::size_t i = 0; i < metadata.cues.size(); ++i) {
        const auto start_ms = ms_of(metadata.cues[i]);
        const auto end_ms = i + 1 < metadata.cues.size() ? ms_of(metadata.cues[i + 1]) : start_ms;
        const auto id = "chp" + std::to_string(i + 1);
        const TagLib::ByteVector id_bytes(id.c_str(), static_cast<unsigned>(id.size()));
        auto* chapter = new TagLib::ID3v2::ChapterFrame(id_bytes, start_ms, end_ms, no_offset, no_offset);
        if (!metadata.cues[i].label.empty()) {
            auto* title = new TagLib::ID3v2::TextIdentificationFrame("TIT2", utf8);
            title->setText(text_of(metadata.cues[i].label));
            chapter->addEmbeddedFrame(title);
        }
        tag.addFrame(chapter);
        ids.append(id_bytes);
    }
    auto* contents = new TagLib::ID3v2::TableOfContentsFrame("toc", ids);
    contents->setIsTopLevel(true);
    contents->setIsOrdered(true);
    tag.addFrame(contents);
}
// NOLINTEND(cppcoreguidelines-owning-memory)

template <class File>
bool put_xiph(TagLib::IOStream& stream, const Metadata& metadata, std::vector<std::string>& left_out) {
    File file(&stream, false);
    if (!file.isValid()) return false;
    note_left_out(file.tag()->setProperties(properties_of(all_as_tags(metadata, true))), left_out);
    put_pictures(*file.tag(), metadata);
    return file.save();
}

bool put_flac(TagLib::IOStream& stream, const Metadata& metadata, std::vector<std::string>& left_out) {
    TagLib::FLAC::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
    if (!file.isValid()) return false;
    note_left_out(file.xiphComment(true)->setProperties(properties_of(all_as_tags(metadata, true))), left_out);
    put_pictures(file, metadata);
    return file.save();
}

bool put_mpeg(TagLib::IOStream& stream, const Metadata& metadata, std::vector<std::string>& left_out) {
    TagLib::MPEG::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
    if (!file.isValid()) return false;
    auto* tag = file.ID3v2Tag(true);
    put_id3(*tag, all_as_tags(metadata, false), metadata, left_out);
    put_chapters(*tag, metadata);
    return file.save(TagLib::MPEG::File::ID3v2, TagLib::File::StripOthers, TagLib::ID3v2::v4,
                     TagLib::File::DoNotDuplicate);
}

}  // namespace

void read_tags(int descriptor, InputKind kind, Metadata& metadata) {
    TagStream stream(descriptor, true);
    if (kind == InputKind::mpeg) {
        add_id3_stream(stream, metadata);
    } else if (kind == InputKind::flac) {
        TagLib::FLAC::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
        if (file.hasXiphComment()) add_properties(file.xiphComment()->properties(), metadata);
        add_pictures(file.pictureList(), metadata);
    } else if (kind == InputKind::ogg) {
        (void)(add_xiph<TagLib::Ogg::Vorbis::File>(stream, metadata) ||
               add_xiph<TagLib::Ogg::Opus::File>(stream, metadata) ||
               add_xiph<TagLib::Ogg::FLAC::File>(stream, metadata));
    }
}

void parse_id3(std::span<const std::uint8_t> bytes, Metadata& metadata) {
    TagLib::ByteVectorStream stream(
        TagLib::ByteVector(reinterpret_cast<const char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
    add_id3_stream(stream, metadata);
}

Bytes make_id3(const Metadata& metadata, std::vector<std::string>& left_out) {
    if (metadata.tags.empty() && metadata.pictures.empty()) return {};
    TagLib::ID3v2::Tag tag;
    put_id3(tag, metadata.tags, metadata, left_out);
    return bytes_of(tag.render(TagLib::ID3v2::v4));
}

int write_tags(int descriptor, Container container, const Metadata& metadata, std::vector<std::string>& left_out) {
    TagStream stream(descriptor, false);
    bool saved = false;
    switch (container) {
        case Container::flac:
            saved = put_flac(stream, metadata, left_out);
            break;
        case Container::vorbis:
            saved = put_xiph<TagLib::Ogg::Vorbis::File>(stream, metadata, left_out);
            break;
        case Container::opus:
            saved = put_xiph<TagLib::Ogg::Opus::File>(stream, metadata, left_out);
            break;
        case Container::mp3:
            saved = put_mpeg(stream, metadata, left_out);
            break;
        default:
            return ENOTSUP;
    }
    if (stream.error_number() != 0) return stream.error_number();
    return saved ? 0 : EIO;
}

}  // namespace burnish
