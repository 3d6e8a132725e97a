import { Input } from "@web/core/tree_editor/tree_editor_components";
import { TreeEditor } from "@web/core/tree_editor/tree_editor";
import { patch } from "@web/core/utils/patch";

// The beginning of dates such as "today -30d" or "=month_start".
const RELATIVE_DATE = /^(today|now|[=+-])/;

const RELATIVE_DATE_EDITOR = {
    component: Input,
    extractProps: ({ value, update }) => ({ value, update }),
    isSupported: (value) => typeof value === "string",
    defaultValue: () => "today",
};

// The standard editor takes a relative date for a broken one.
patch(TreeEditor.prototype, {
    getValueEditorInfo(node) {
        const field = this.getFieldDef(node.path);
        const isDate = ["date", "datetime"].includes(field?.type);
        if (isDate && typeof node.value === "string" && RELATIVE_DATE.test(node.value)) {
            return RELATIVE_DATE_EDITOR;
        }
        return super.getValueEditorInfo(node);
    },
});
