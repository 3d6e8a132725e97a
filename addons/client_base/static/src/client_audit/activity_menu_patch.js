import { ActivityMenu } from "@mail/core/web/activity_menu";
import { patch } from "@web/core/utils/patch";

patch(ActivityMenu.prototype, {
    /**
     * The task of an audit is its list of problems, not the audit.
     */
    openActivityGroup(group, filter = "all", newWindow) {
        if (group.model !== "client.audit") {
            return super.openActivityGroup(...arguments);
        }
        this.dropdown.close();
        this.action.doAction("client_base.client_issue_action_own", {
            newWindow,
            clearBreadcrumbs: true,
        });
    },
});
