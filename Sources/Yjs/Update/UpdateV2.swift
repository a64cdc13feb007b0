/// Conversion of version 2 updates.
enum UpdateV2 {
    static func convert(_ update: [UInt8], limits: YLimits) throws(YjsError) -> [UInt8] {
        throw .unsupportedUpdateFormat
    }
}
