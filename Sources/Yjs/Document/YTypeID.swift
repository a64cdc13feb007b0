/// Names a shared type of a document: a root by its name, any other by the item that holds it.
///
/// Stays valid across changes; a type that is gone reads as empty.
public struct YTypeID: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        case root([UInt8])
        case item(YID)
    }

    let place: Place

    init(_ place: Place) {
        self.place = place
    }

    /// The root type of a name, whether or not the document has it yet.
    ///
    /// - Parameter name: compared by bytes.
    /// - Returns: the type's id.
    public static func root(_ name: String) -> YTypeID {
        YTypeID(.root(Array(name.utf8)))
    }

    /// The type that an item holds.
    ///
    /// - Parameter id: the item's id.
    /// - Returns: the type's id.
    public static func item(_ id: YID) -> YTypeID {
        YTypeID(.item(id))
    }
}

/// One element of a list or one value of a map.
public enum YElement: Sendable, Equatable {
    /// A plain value.
    case value(YValue)
    /// JSON text embedded in text, as received.
    case embed(String)
    /// A nested type; its kind is one of the known kinds.
    case type(YTypeID, YTypeKind)
    /// A subdocument's globally unique id.
    case document(String)
}

/// A stretch of text with the same formats, or one embedded object.
public struct YTextRun: Sendable, Equatable {
    /// What stands there.
    public enum Content: Sendable, Equatable {
        /// Characters.
        case text(String)
        /// Anything else.
        case element(YElement)
    }

    /// What stands there.
    public var content: Content
    /// Formats by name, sorted by UTF-16 code units; values are parsed JSON.
    public var attributes: [YEntry]

    /// Compares text by its bytes.
    public static func == (left: YTextRun, right: YTextRun) -> Bool {
        guard left.attributes == right.attributes else { return false }
        switch (left.content, right.content) {
        case (.text(let one), .text(let other)): return one.utf8.elementsEqual(other.utf8)
        case (.element(let one), .element(let other)): return one == other
        default: return false
        }
    }
}
