import CofferCore
import Yjs

extension OpenDocument {
    /// Takes a listener's states, and tells what took effect.
    ///
    /// - Returns: whether the document holds states.
    /// - Throws: ``YjsError`` for a malformed message.
    func applyAwareness(_ message: [UInt8], from listener: any DocumentListener) throws -> Bool {
        let id = ObjectIdentifier(listener)
        guard listeners[id] != nil else { return !awareness.isEmpty }
        if let news = try awareness.apply(message, from: id, at: clock.now) { tellAwareness(news) }
        return !awareness.isEmpty
    }

    /// Takes states that another node told.
    func applyAwareness(remote message: [UInt8]) -> Bool {
        if let news = awareness.apply(remote: message, at: clock.now) { tellAwareness(news, remote: true) }
        return !awareness.isEmpty
    }

    /// Removes states that were not renewed.
    ///
    /// - Returns: whether some are left.
    func expireAwareness() -> Bool {
        if let news = awareness.removeExpired(at: clock.now) { tellAwareness(news) }
        return !awareness.isEmpty
    }

    func tellAwareness(_ message: [UInt8], remote: Bool = false) {
        for listener in listeners.values { listener.document(block, didChangeAwareness: message) }
        if !remote { link.send(.awarenessChanged(block, message: message)) }
    }
}
