import CofferCore
import CofferMedia

/// A thumbnail that somebody wants to see, and which of the stored ones serves.
struct ThumbnailWish: Sendable {
    /// A client's frame this near to the wanted moment stands for it.
    private static let nearEnough: Duration = .seconds(1)

    enum Subject: Hashable, Sendable {
        case image
        case frame(FramePosition)
        case animation
    }

    let subject: Subject
    let size: ThumbnailSize
    /// WebP, or JPEG with PNG in its place for pixels that may be transparent.
    let format: PictureFormat

    var kind: ThumbnailKind {
        switch subject {
        case .image: .image
        case .frame: .video
        case .animation: .animated
        }
    }

    /// Under which what we make is kept; whether it became a PNG instead of a JPEG does not count.
    var key: String {
        switch subject {
        case .image: "image-\(size.rawValue)-\(format.rawValue)"
        case .frame(let position): "video-\(size.rawValue)-\(position.text)-\(format.rawValue)"
        case .animation: "animated-\(size.rawValue)-\(format.rawValue)"
        }
    }

    /// The one to show without making any: an uploaded one that fits, or the one we made.
    func best(of stored: [StoredThumbnail], length: Duration?) -> StoredThumbnail? {
        uploaded(of: stored, length: length) ?? stored.first { !$0.isUploaded && $0.key == key }
    }

    /// The one to show when the wanted one cannot be made.
    func secondBest(of stored: [StoredThumbnail], length: Duration?) -> StoredThumbnail? {
        let others = stored.filter { $0.kind == kind }
        guard case .frame(let position) = subject, let moment = position.moment(in: length) else {
            return others.max { $0.longestEdge < $1.longestEdge }
        }
        return others.min { distance($0, moment) < distance($1, moment) }
    }

    private func uploaded(of stored: [StoredThumbnail], length: Duration?) -> StoredThumbnail? {
        var own = stored.filter { $0.isUploaded && $0.kind == kind }
        if case .frame(let position) = subject {
            guard let moment = position.moment(in: length) else { return nil }
            own = own.filter { distance($0, moment) <= Self.nearEnough }
        }
        if let named = own.first(where: { $0.size == size.rawValue }) { return named }
        return own.filter { $0.longestEdge >= size.edge }.min { $0.longestEdge < $1.longestEdge }
    }

    private func distance(_ thumbnail: StoredThumbnail, _ moment: Duration) -> Duration {
        let gap = (thumbnail.position ?? .zero) - moment
        return gap < .zero ? .zero - gap : gap
    }
}
