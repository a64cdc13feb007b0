import CofferHTTP

/// What only administrators may do.
enum HeaperAdminOperations {
    private static let admin = OpenAPIGroup("Auth", security: HeaperPieces.needsToken)

    static let all = [
        list("/api/admin/pending-users", id: "heaperPendingUsers", "List accounts that wait for approval"),
        list("/api/admin/users", id: "heaperUsers", "List all accounts"),
        judge("/api/admin/approve_user", id: "heaperApproveUser", "Approve an account"),
        judge("/api/admin/reject_user", id: "heaperRejectUser", "Reject an account, which ends its logins"),
    ]

    private static let notAdmin = HeaperPieces.problem(403, "Not an administrator")

    private static func list(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        admin.get(path, id: id, summary)
            .explained("Oldest first.")
            .answering(
                "The accounts",
                ["success": ["const": true], "users": HeaperPieces.list(of: OpenAPI.schema("HeaperAccount"))]
            )
            .answering(HeaperPieces.noToken, notAdmin)
    }

    private static func judge(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        let names = OpenAPI.object(
            ["user_id": HeaperPieces.id, "public_key": HeaperPieces.text],
            optional: ["user_id", "public_key"]
        )
        return admin.post(path, id: id, summary)
            .explained("Named by id or by key. Doing it again changes nothing.")
            .sending(["required": true, "content": ["application/json": ["schema": names]]])
            .answering(
                "Done",
                ["success": ["const": true], "user": OpenAPI.schema("HeaperAccount")]
            )
            .answering(HeaperPieces.malformed, HeaperPieces.noToken, notAdmin)
            .failing([404: "No such account", 409: "Administrators are never rejected"])
    }
}
