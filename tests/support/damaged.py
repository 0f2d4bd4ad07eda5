"""A sample of every declaration, and the same with slips of the pen."""

from __future__ import annotations

from hypothesis import strategies as st

from policy.dsl.lexicon import TOKENS

SAMPLE = """\
# 示例省异地就医
# 2022 年通知

# 降幅
规则 异地降幅 travel_reduction：百分点
  依据 示异地2022“一（四）a”、SHX-1.4 自 2022-01-24 起 至 2022-12-31 止 说明 “全省限度”
  一般 0 个百分点
  情形 转诊 referral
    当 就诊.小类 为 转诊人员 且 非 就诊.外伤 或 就诊.级别 不属于 {甲、乙}
    则 参数.转诊降幅   # 各市自定
    依据 示异地2022“一（四）c”
  情形 急诊 优先于 转诊 当 就诊.急诊 则 0 个百分点
  但书 停机 deemed 对 转诊、一般
    当 就诊.开始时刻 属于 [2022-02-06, 2022年2月15日0时30分) 则 -5 个百分点 缺省 无规定

限度 参数.转诊降幅 不超过 10 个百分点 当 就诊.外伤 为 否 除非 参数.书面理由 已知

下放 参数.转诊降幅 缺省 10% 依据 SHX-1.4c

汇集 材料 papers 对 费用行：列表 文本
  项 病历 当 费用行.金额 > 100 元 则 “病历”
  项 则 空

修订 异地降幅
  情形 本市 当 是 则 （甲 + 乙） × 3 四舍五入到 分

期限 回复期限 reply_due
  责任 经办机构
  起算 协同.受理日
  时限 2 个工作日
  情形 故障 当 协同.类别 = 故障类 则 1 天
  逾期 “视同确认”

规则 末日 last_day：日期
  一般 备案.生效日 + 12 个月（遇短月取末日）

规则 合计 total：金额
  一般 求和（先行自付 逐 结算.明细 称 行 当 行.金额 > 0） + 结果（下限：1，上限：{}） 进一到 3 位小数

分段 各段 bands：列表 分段结果
  段表 参数.分段表
  起点 起点金额
  终点 终点金额
  每段 分段结果（下限：支付分段.下限，金额：段内数额 × 比例 四舍五入到 分）

分段 大病 big：金额
  终点 余额
  段 至 18000 元 按 60%   # 第一段
  段 其余 按 65%
  每段 段内数额 × 段内比例 舍去到 元

日程 月度结算 monthly：列表 任务
  环节 上传病案
    责任 定点医疗机构
    期间 自 次月 第 1 日 至 次月 第 15 日
    规范 应当
  # 第三方
  环节 病案校验
    当 就诊.已上传
    前置 上传病案
    期间 至 次月 第 15 日

职责 义务表 duties_of：列表 义务行
  义务 核验身份 依据 SHX-A16c
    履行 就诊.已核验身份
    违反 非 就诊.已核验身份

清单 门诊材料 opd_papers 开放 依据 SHX-3.1.4
  项 {原件、电子票据}
  项 {「门（急）诊病历」}

裁量 特殊认定 special：是否 责任 医疗保障行政部门

问题 备案有效性 filing.validity
  提问 “本次就医是否在有效期内？”
  依时 就诊.入院日期、决定日
  答复 有效期末日 last = 末日
  答复 总额 sum = 合计 接口 “sumamt” 有序
  可附 就诊.出院日期

择法 支付范围 scope
  管辖 收费等级、先行自付
  当 就诊.地域 不为 本地
  从 就医地

核对 总额构成 identity 对 合计
  要求 甲 + 乙 ≠ 丙
  否则 “总额不等于各部分之和”
# 完
"""


@st.composite
def damaged_samples(draw: st.DrawFn) -> str:
    """The sample with a few stretches cut out, doubled or replaced."""
    text = SAMPLE
    pieces = st.one_of(
        st.just(""),
        st.sampled_from(sorted(TOKENS)),
        st.sampled_from('（）[]{}「」“”"、，：.#+-=<%\n'),
        st.text(max_size=4),
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        kept = draw(st.sampled_from(["", text[start:end] * 2]))
        text = text[:start] + kept + draw(pieces) + text[end:]
    return text
