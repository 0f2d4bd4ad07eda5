"""Every diagnostic code with its title: one table, never renumbered, never reused."""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, tuple[str, str]]] = {
    # E01 text and syntax
    "E0101": ("此处文字不合语法", "unexpected text"),
    "E0102": ("缺少必要成分", "a required part is missing"),
    "E0103": ("括号或引号没有闭合", "a bracket or quote is never closed"),
    "E0104": ("无法识别的字符", "unknown character"),
    "E0105": ("文件不是 UTF-8 编码", "the file is not UTF-8"),
    "E0106": ("文件是空的", "the file is empty"),
    "E0107": ("文件超过大小上限", "the file is larger than the limit"),
    "E0108": ("日期不存在", "no such date"),
    "E0109": ("嵌套过深", "nested too deeply"),
    "E0110": ("文件无法读取", "the file cannot be read"),
    "E0111": ("排版会改变原意", "formatting would change the meaning"),
    # E02 names
    "E0201": ("未知名称", "unknown name"),
    "E0202": ("名称重复", "duplicate name"),
    "E0203": ("名称有歧义", "ambiguous name"),
    "E0204": ("未知条款", "unknown provision"),
    "E0205": ("修订的对象有误", "wrong target of an amendment"),
    "E0206": ("不得另立上级已有的规则", "a superior's rule may only be amended"),
    "E0207": ("规则相互依赖成环", "rules depend on each other in a circle"),
    "E0208": ("子句优先关系有误", "wrong priority between clauses"),
    "E0209": ("当前明细行不可用", "no current item here"),
    # E03 types and units
    "E0301": ("类型不符", "type mismatch"),
    "E0302": ("这些类型之间不能这样运算", "these types cannot be combined"),
    "E0303": ("没有写明如何舍入", "rounding is not stated"),
    "E0304": ("没有写明短月如何处理", "month-end treatment is not stated"),
    "E0305": ("记录字段有误", "wrong record fields"),
    "E0306": ("参数个数不符", "wrong number of arguments"),
    "E0307": ("规则写法不完整", "the rule is incomplete"),
    "E0308": ("舍入写法有误", "wrong rounding"),
    # E04 YAML data, parameters, regions
    "E0401": ("YAML 写法有误", "malformed YAML"),
    "E0402": ("未知的键", "unknown key"),
    "E0403": ("缺少必填的键", "a required key is missing"),
    "E0404": ("值不合要求", "unacceptable value"),
    "E0405": ("键重复", "duplicate key"),
    "E0406": ("本地标准超出上级限度", "a local figure exceeds its superior's bound"),
    "E0407": ("有效期重叠", "periods overlap"),
    "E0408": ("地区不存在或相互继承成环", "unknown region, or regions extend each other in a circle"),
    "E0409": ("查找表有误", "malformed table"),
    # E05 evaluation
    "E0501": ("子句冲突", "clauses conflict"),
    "E0502": ("没有子句适用", "no clause applies"),
    "E0503": ("该日期没有规则", "no rule on this date"),
    "E0504": ("参数在该日期没有值", "no parameter value on this date"),
    "E0505": ("超出上级限度", "a bound is exceeded"),
    "E0506": ("核对不成立", "a check does not hold"),
    "E0507": ("该年度工作日历尚未公布", "no published calendar for this year"),
    "E0508": ("空值不能参与运算", "an empty value cannot be used here"),
    "E0509": ("除数为零", "division by zero"),
    "E0510": ("段表有误", "malformed bands"),
    "E0511": ("未知问题或输出", "unknown question or output"),
    "E0512": ("查找表多行同时适用", "several table rows apply"),
    "E0513": ("运算超出精确范围", "the calculation cannot be exact"),
    # E06 facts and cases
    "E0601": ("未知事实", "unknown fact"),
    "E0602": ("本问题不需要此事实", "not an input of this question"),
    "E0603": ("事实不合类型", "the fact does not fit its type"),
    "E0604": ("金额为负", "negative amount"),
    "E0605": ("数值不精确", "the number is not exact"),
    "E0606": ("未知的枚举值", "unknown enumeration value"),
    "E0607": ("事实文件结构有误", "malformed facts"),
    "E0608": ("数据量超过上限", "more data than the limit"),
    # W09 lints
    "W0901": ("未使用", "unused"),
    "W0902": ("可能有遗漏或冲突", "possible gap or conflict"),
    "W0903": ("依据未经核实", "unverified source"),
}
