import CofferCore
import Synchronization

/// Signed URLs that are handed out again for the first quarter of their life, because signing one may cost a millisecond.
final class SignedLinks: Sendable {
    private static let mostLinks = 4096

    private struct Link {
        let url: String
        let end: Timestamp
    }

    private let share: Duration
    private let links = Mutex<[ObjectKey: Link]>([:])

    init(life: Duration) {
        share = life / 4
    }

    func find(_ key: ObjectKey, at now: Timestamp) -> String? {
        links.withLock { links in
            guard let link = links[key], now < link.end else { return nil }
            return link.url
        }
    }

    func keep(_ url: String, of key: ObjectKey, at now: Timestamp) {
        let link = Link(url: url, end: now.advanced(by: share))
        links.withLock { links in
            if links.count >= Self.mostLinks { links = links.filter { now < $0.value.end } }
            // So many in so short a time are nobody's favourites.
            if links.count >= Self.mostLinks { links = [:] }
            links[key] = link
        }
    }

    func forget(_ key: ObjectKey) {
        links.withLock { $0[key] = nil }
    }
}
